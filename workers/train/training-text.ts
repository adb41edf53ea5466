/** A text to train on: windows to learn from, and documents held out by their hash. */
import { digest, isHeldOut } from '../../src/core/corpus/windows';
import type { TextSurvey } from '../../src/core/train/text-warnings';
import type { TextFile } from '../corpus/text-file';
import { windowsOf, windowStart } from '../corpus/windows';
import type { Workbench } from '../packs/open-pack';
import { timeSlices } from '../runtime/time-slices';

/** Tokens of the longest window. */
export const LONGEST_WINDOW = 256;
/** The most held-out windows that are measured on. */
const MOST_HELD = 64;
/** A text is looked through up to so many tokens, and until there are held-out windows enough. */
const LOOKED_AT = 200_000;
/** Milliseconds of work at a time. */
const SLICE = 20;

type Reader = Pick<Workbench, 'model' | 'tokenizer'>;

export interface HeldOutText extends TextSurvey {
	heldOut: number[][];
	/** Digest of a document that is held out because no other would be. */
	also: number | null;
}

const bodyOf = (windows: number[][], first: number) =>
	digest(windows.flatMap((ids) => ids.slice(first)));

/** Looks a text through, as far as that takes. Throws a Problem for a file that is not text. */
export async function surveyOf(
	reader: Reader,
	file: TextFile,
	signal?: AbortSignal
): Promise<HeldOutText> {
	const first = windowStart(reader).start.length;
	const pause = timeSlices(SLICE, signal);
	const different = new Set<number>();
	const out = { characters: 0, seen: 0, learned: 0, bytes: 0 };
	const heldOut: number[][] = [];
	let least: { key: number; windows: number[][]; tokens: number } | null = null;
	let isWhole = true;
	read: for await (const { documents, bytes } of file.portions()) {
		for (const [i, document] of documents.entries()) {
			await pause();
			const windows = windowsOf(reader, document, LONGEST_WINDOW);
			if (windows.length === 0) continue;
			const key = bodyOf(windows, first);
			let tokens = 0;
			for (const ids of windows)
				for (const id of ids.slice(first)) {
					different.add(id);
					tokens++;
				}
			out.characters += document.length;
			out.seen += tokens;
			if (isHeldOut(key)) heldOut.push(...windows);
			else {
				out.learned += tokens;
				if (!least || key < least.key) least = { key, windows, tokens };
			}
			const portion = bytes - out.bytes;
			if (out.seen >= LOOKED_AT && heldOut.length > 0) {
				out.bytes += (portion * (i + 1)) / documents.length;
				isWhole = false;
				break read;
			}
		}
		out.bytes = bytes;
	}
	let also: number | null = null;
	if (heldOut.length === 0 && least) {
		also = least.key;
		heldOut.push(...least.windows);
		out.learned -= least.tokens;
	}
	const whole = isWhole ? 1 : file.file.size / Math.max(1, out.bytes);
	return {
		tokens: Math.round(out.learned * whole),
		...{ isWhole, characters: out.characters, seen: out.seen, different: different.size },
		...{ heldOut: heldOut.slice(0, MOST_HELD), also }
	};
}

/** A window to learn from, and how many documents of the text are read when it is. */
export interface TrainingWindow {
	ids: number[];
	document: number;
}

/** The windows that are not held out, again and again; the first time without the first `from` documents. */
export async function* trainingWindows(
	reader: Reader,
	file: TextFile,
	also: number | null,
	from: number
): AsyncGenerator<TrainingWindow> {
	const first = windowStart(reader).start.length;
	for (let skipped = from; ; skipped = 0) {
		let document = 0;
		for await (const { documents } of file.portions())
			for (const text of documents) {
				document++;
				if (document <= skipped) continue;
				const windows = windowsOf(reader, text, LONGEST_WINDOW);
				if (windows.length === 0) continue;
				const key = bodyOf(windows, first);
				if (isHeldOut(key) || key === also) continue;
				for (const ids of windows) yield { ids, document };
			}
	}
}
