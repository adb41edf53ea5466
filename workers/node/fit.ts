/** `verdict`: whether the SAEs of a pack in a folder fit its model, and a mistake undone there. */
import { Problem } from '../../src/core/names/errors';
import type { FitReport } from '../../src/core/experiments/fit';
import { applyRepair } from '../experiments/fit/apply';
import { PackFolder } from './folders/pack-writer';

/**
 * Undoes in the folder what explains why this SAE does not fit. Returns the id under which it goes on. Throws a
 * Problem where nothing explains it.
 */
export async function undo(folder: string, { saes }: FitReport, id: string): Promise<string> {
	const repair = saes.find(({ sae }) => sae === id)?.repair;
	if (repair) return applyRepair(await PackFolder.revise(folder), id, repair);
	throw new Problem(
		'unsupported',
		`No known mistake was found in an SAE "${id.slice(0, 80)}" of this pack, so there is nothing to undo.`,
		'Run the command without --apply to see the verdicts.'
	);
}
