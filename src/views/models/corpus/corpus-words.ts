/** Statistics from a reader's text, in words. */
import { bytes, count } from '../../../core/names/numbers';
import { shortSite } from '../../../core/names/site-words';
import type { Progress } from '../../../core/calls';
import type { SaeId } from '../../../core/names/ids';
import type { PendingText } from '../../../core/corpus/requests';
import { timeLeft } from '../packs/pack-words';

interface Place {
	id: SaeId;
	layer: number;
}

/** Choices of SAEs to pass with: those of each layer, and all. */
export function choicesOf(saes: Place[]): { value: string; text: string; saes: SaeId[] }[] {
	const layers = [...new Set(saes.map(({ layer }) => layer))].sort((a, b) => a - b);
	const names = (some: Place[]) => some.map(({ id }) => shortSite(id)).join(', ');
	const choices = layers.map((layer) => {
		const own = saes.filter((sae) => sae.layer === layer);
		return {
			value: `${layer}`,
			text: `Layer ${layer}: ${names(own)}`,
			saes: own.map(({ id }) => id)
		};
	});
	if (layers.length < 2) return choices;
	const all = saes.map(({ id }) => id);
	return [...choices, { value: 'all', text: `All ${count(all.length)} SAEs`, saes: all }];
}

/** How far a pass is, how fast, and how long it will take. `rate`: bytes of the file a second. */
export function passStep(progress: Progress | null, rate: number | null): string {
	if (!progress || progress.total === 0) return 'Starting';
	const { phase, what, done, total } = progress;
	if (phase === 'match')
		return `Searching for token patterns, step ${Math.floor(done) + 1} of ${total}`;
	if (phase === 'measure') return `Measuring ${shortSite(what)}, ${done + 1} of ${total}`;
	if (what === 'texts for names') return `Reading ${what}, ${done} of ${total}`;
	const far = `${bytes(done)} of ${bytes(total)}`;
	if (!rate) return far;
	return `${far}, ${bytes(Math.round(rate))}/s, ${timeLeft((total - done) / rate)} left of reading`;
}

export function pendingLine({ name, done, bytes: all, tokens, saes }: PendingText): string {
	const share = Math.floor((100 * done) / Math.max(1, all));
	return `${name}: ${share} % read (${count(tokens)} tokens) with ${saes.map(shortSite).join(', ')}.`;
}
