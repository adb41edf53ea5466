/**
 * Walks documents with SAEs of a pack: documents → windows → codes → tallies. Each window is read by the model
 * once for all SAEs, and counted all at once, so that a walk can end between any two and go on later.
 */
import type { SaeId } from '../../src/core/names/ids';
import type { SparseRows } from '../../src/core/math/sparse';
import { digest, isHeldOut } from '../../src/core/corpus/digest';
import { keepWindow, newGathered, type Gathered } from '../../src/core/corpus/tallies';
import {
	addErrors,
	countCodes,
	countError,
	newErrors,
	type Errors,
	type Window
} from '../../src/core/corpus/tally';
import { tapsOf, type Sae } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';

/** Tokens of the longest window: codes of many features and tokens would not fit. */
const LONGEST = 256;

export class TextWalk {
	private constructor(
		readonly bench: Pick<Workbench, 'model' | 'tokenizer'>,
		readonly saes: Map<SaeId, Sae>,
		readonly gathered: Gathered
	) {}

	/** A walk that begins, or goes on where `gathered` ended. */
	static async begin(
		bench: Workbench,
		ids: SaeId[],
		gathered: Gathered | null,
		signal?: AbortSignal
	): Promise<TextWalk> {
		const saes = await bench.saes(ids, signal);
		const shapes = [...saes].map(([id, { info }]) => ({ id, ...info.cfg }));
		const { start } = windowStart(bench);
		return new TextWalk(bench, saes, gathered ?? newGathered(shapes, start.length));
	}

	/** Tokens that count so far. */
	get tokens(): number {
		return [...this.gathered.tallies.values()][0]?.tokens ?? 0;
	}

	/** Reads the next document; one that holds nothing counts, too. Ends between windows when aborted. */
	async take(document: string, signal?: AbortSignal): Promise<void> {
		const { gathered } = this;
		const windows = this.#windowsOf(document);
		for (const window of windows.slice(gathered.within)) {
			const found: { id: SaeId; codes: SparseRows; errors: Errors }[] = [];
			const ids = [Array.from(window.ids)];
			const taps = await this.bench.model.texts(ids, tapsOf(this.saes.values()), signal);
			for (const [id, sae] of this.saes) {
				const x = taps.get(sae.tap)!.subarray(window.first * sae.spec.dIn);
				const codes = await sae.encode(x, signal);
				found.push({ id, codes, errors: errorsOf(sae, x, codes) });
				await breathe();
				signal?.throwIfAborted();
			}
			for (const { id, codes, errors } of found) {
				const tally = gathered.tallies.get(id)!;
				countCodes(tally, window, codes, this.bench.model.shape.vocabSize);
				addErrors(tally.errors, errors);
			}
			keepWindow(gathered, window);
			gathered.within++;
		}
		gathered.documents++;
		gathered.within = 0;
		if (windows[0]?.held) gathered.held++;
	}

	#windowsOf(document: string): Window[] {
		const { tokenizer, model } = this.bench;
		const all = tokenizer.encode(document);
		// Special tokens that somebody wrote into a text are no text.
		const ids = all.filter((token) => !token.special).map((token) => token.id);
		const { start } = windowStart(this.bench);
		const held = isHeldOut(digest(ids));
		const room = Math.min(LONGEST, model.shape.context) - start.length;
		const windows: Window[] = [];
		for (let at = 0; at < ids.length; at += room) {
			const part = [...start, ...ids.slice(at, at + room)];
			windows.push({ digest: digest(part), ids: part, first: start.length, held });
		}
		return windows;
	}
}

/** The special tokens with which texts begin, and what stands for a token that is left out. */
export function windowStart({ tokenizer }: Pick<Workbench, 'tokenizer'>): {
	start: number[];
	pad: number;
} {
	const all = tokenizer.encode('_');
	const start = all
		.slice(
			0,
			all.findIndex((token) => !token.special)
		)
		.map((token) => token.id);
	return { start, pad: start[0] ?? tokenizer.encode(' _')[0]!.id };
}

function errorsOf(sae: Sae, x: Float32Array, codes: SparseRows): Errors {
	const { dIn } = sae.spec;
	const errors = newErrors(dIn);
	for (let t = 0; t + 1 < codes.offsets.length; t++) {
		const xt = x.subarray(t * dIn, (t + 1) * dIn);
		countError(errors, xt, sae.decode(codes, t, xt));
	}
	return errors;
}
