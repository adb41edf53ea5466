/** SAEs and texts as the laboratory's methods ask for them. */
import { Problem } from '../../src/core/names/errors';
import type { SaeId } from '../../src/core/names/ids';
import type { Workbench } from '../packs/open-pack';
import type { Sae } from '../sae/sae';

/** Throws a Problem where the pack has no such SAE. */
export function openSae(bench: Workbench, id: SaeId, signal?: AbortSignal): Promise<Sae> {
	if (bench.info(id)) return bench.sae(id, signal);
	const some = bench.saeIds.slice(0, 3).join(', ');
	throw new Problem(
		'unsupported',
		some === '' ? 'This pack has no SAEs.' : `There is no SAE "${id.slice(0, 80)}" in this pack.`,
		some === '' ? 'Add one under Models.' : `Choose one of its SAEs: ${some}, …`
	);
}
