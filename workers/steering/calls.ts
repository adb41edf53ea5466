/** A prompt continued, steered or not; how strongly to steer; the themes of a pack. */
import type { Handlers } from '../../src/core/calls';
import type { Dose, DoseCalls } from '../../src/core/steering/dose';
import type { MeterCalls } from '../../src/core/steering/meters';
import type { ThemeCalls } from '../../src/core/steering/themes';
import type { WritingCalls } from '../../src/core/steering/writing';
import type { FeatureId } from '../../src/core/names/ids';
import type { Context } from '../calls/context';
import type { Workbench } from '../packs/open-pack';
import { Doses } from './dose';
import { meters } from './meters';
import { writeSteered } from './write';

export const steeringCalls = ({
	bench
}: Context): Handlers<WritingCalls & DoseCalls & MeterCalls & ThemeCalls> => {
	const doses = new WeakMap<Workbench, Doses>();
	return {
		write: (request, run) => writeSteered(request, bench(), run),
		dose: (id, run) => doseOf(id, bench(), doses, run.signal),
		meters: (request, run) => meters(request, bench(), run.signal),
		themes: () => bench().themes()
	};
};

async function doseOf(
	id: FeatureId,
	bench: Workbench,
	known: WeakMap<Workbench, Doses>,
	signal: AbortSignal
): Promise<Dose> {
	const { sae, index } = await bench.feature(id);
	const stored = (await bench.themes())?.themes.find(
		({ edits }) => edits.length === 1 && edits[0]!.id === id
	);
	if (stored) {
		const { kl, perplexityRatio } = stored;
		return { add: stored.edits[0]!.value, kl, perplexityRatio };
	}
	const doses = known.get(bench) ?? new Doses(bench);
	known.set(bench, doses);
	const start = (await bench.statistics(sae.id))?.max[index] || 4;
	return doses.of([{ id, mode: 'add', value: 1 }], start, signal);
}
