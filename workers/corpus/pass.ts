/**
 * A pass over a corpus with SAEs of a pack: documents → windows → codes → tallies. The model reads each window once
 * for all SAEs. A window is counted for all of them or for none, so that a pass can stop after any and go on later.
 */
import type { SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import {
	keepWindow,
	newCorpusTally,
	tokensOf,
	type CorpusTally
} from '../../src/core/corpus/corpus-tally';
import {
	addErrorSums,
	countCodes,
	countError,
	newErrorSums,
	type ErrorSums
} from '../../src/core/corpus/sae-tally';
import { digest, isHeldOut } from '../../src/core/corpus/windows';
import { encodeTexts, type Encoded } from '../sae/encode-texts';
import type { Sae } from '../sae/sae';
import { breathe } from '../runtime/session';
import type { Workbench } from '../packs/open-pack';
import type { TextFile } from './text-file';
import { windowsOf, windowStart } from './windows';

/** Tokens of the longest window: it limits the memory that the codes of all tokens and features take. */
const LONGEST = 256;

/** A part of a corpus: every `of`-th document, beginning with number `shard`, counted from 1. */
export interface Shard {
	shard: number;
	of: number;
}

export class CorpusPass {
	private constructor(
		readonly bench: Pick<Workbench, 'model' | 'tokenizer'>,
		readonly saes: Map<SaeId, Sae>,
		readonly tally: CorpusTally
	) {}

	/** A new pass, or one that goes on where `tally` ends. */
	static async begin(
		bench: Workbench,
		ids: SaeId[],
		tally: CorpusTally | null = null,
		signal?: AbortSignal
	): Promise<CorpusPass> {
		const saes = await bench.saes(ids, signal);
		const shapes = [...saes].map(([id, { info }]) => ({ id, ...info.cfg, dIn: info.cfg.dOut }));
		const { start } = windowStart(bench);
		return new CorpusPass(bench, saes, tally ?? newCorpusTally(shapes, start.length));
	}

	/** Tokens counted so far. */
	get tokens(): number {
		return tokensOf(this.tally);
	}

	/**
	 * Counts the documents that are not counted yet, and yields after each how many bytes of the file are read.
	 * Stops between windows when aborted. Throws a Problem for a file that is not text or has none.
	 */
	async *read(
		file: TextFile,
		signal?: AbortSignal,
		{ shard, of }: Shard = { shard: 1, of: 1 }
	): AsyncGenerator<number> {
		const done = this.tally.documents;
		let number = 1 - shard;
		let before = 0;
		for await (const { documents, bytes } of file.portions()) {
			for (const [i, document] of documents.entries()) {
				signal?.throwIfAborted();
				const own = number++ / of;
				if (!Number.isInteger(own) || own < done) continue;
				await this.#count(document, signal);
				yield before + ((i + 1) / documents.length) * (bytes - before);
			}
			before = bytes;
		}
		if (of === 1) checkText(this.tally);
	}

	/** Counts a document, or the windows of it that are not counted yet. */
	async #count(document: string, signal?: AbortSignal): Promise<void> {
		const { bench, saes, tally } = this;
		const { first } = tally;
		const windows = windowsOf(bench, document, LONGEST);
		const held = isHeldOut(digest(windows.flatMap((ids) => ids.slice(first))));
		const rest = windows.slice(tally.within);
		for await (const { ids, encoded } of encodeTexts(bench, saes, rest, { signal })) {
			const errors = new Map<SaeId, ErrorSums>();
			for (const [id, own] of encoded) {
				errors.set(id, errorsOf(saes.get(id)!, own));
				await breathe();
				signal?.throwIfAborted();
			}
			const window = { digest: digest(ids), ids, first, held };
			for (const [id, { codes }] of encoded) {
				const own = tally.saes.get(id)!;
				countCodes(own, window, codes, bench.model.shape.vocabSize);
				addErrorSums(own.errors, errors.get(id)!);
			}
			keepWindow(tally, window);
			tally.within++;
		}
		tally.documents++;
		tally.within = 0;
		if (held && windows.length > 0) tally.held++;
	}
}

/** Throws a Problem where no token was counted. */
export function checkText(tally: CorpusTally): void {
	if (tokensOf(tally) === 0)
		throw new Problem('unsupported', 'This file holds no text.', 'Choose one with some pages.');
}

function errorsOf(sae: Sae, { x, target, codes }: Encoded): ErrorSums {
	const { dIn, dOut } = sae.spec;
	const sums = newErrorSums(dOut);
	for (let t = 0; t + 1 < codes.offsets.length; t++) {
		const decoded = sae.decode(codes, t, x.subarray(t * dIn, (t + 1) * dIn));
		countError(sums, target.subarray(t * dOut, (t + 1) * dOut), decoded);
	}
	return sums;
}
