/**
 * What an SAE makes of many texts, document by document: those of the pack, or the reader's own. What was read is kept,
 * so that work that was stopped goes on where it was, and the next question about the same texts reads nothing.
 */
import type { Run } from '../../src/core/calls';
import { Problem } from '../../src/core/names/errors';
import type { SaeId, Site } from '../../src/core/names/ids';
import { digest } from '../../src/core/corpus/windows';
import { seeded, shuffle } from '../../src/core/math/random';
import { windowsOf } from '../corpus/windows';
import type { Workbench } from '../packs/open-pack';
import { breathe } from '../runtime/session';
import type { Codes } from '../sae/codes';
import { openSae } from './sae';

/** One document from behind its special tokens: row t of everything belongs to `ids[t]`. */
export interface ReadText {
	ids: number[];
	codes: Codes;
	/** [tokens × width] at each site asked for. */
	taps: Map<Site, Float32Array>;
}

interface Wanted {
	sae: SaeId;
	/** Sites whose activations are wanted beside the codes. */
	sites?: Site[];
	/** The reader's own text; null for the pack's. */
	text: string | null;
	/** At most so many, in whole documents. */
	tokens: number;
}

/** Where a reader's own text is cut into documents. */
const SEPARATOR = /^<\|endoftext\|>\s*$|\n\s*\n/m;

/** What was read last with each pack. */
const kept = new WeakMap<Workbench, { key: string; read: ReadText[] }>();

/** Throws a Problem where there is no text; ends with an AbortError between two documents. */
export async function readTexts(
	bench: Workbench,
	{ sae: id, sites = [], text, tokens }: Wanted,
	{ signal, progress }: Run<never> | Run<unknown>
): Promise<ReadText[]> {
	const sae = await openSae(bench, id, signal);
	const chosen = await chosenDocuments(bench, text, tokens);
	const key = JSON.stringify([id, sites, text === null ? null : digestOf(text)]);
	const known = kept.get(bench);
	const read = known?.key === key ? known.read : [];
	kept.set(bench, { key, read });
	const total = chosen.reduce((sum, ids) => sum + ids.length, 0);
	let done = 0;
	for (const [i, ids] of chosen.entries()) {
		progress({ phase: 'read', what: 'reading texts', done, total });
		done += ids.length;
		if (i < read.length) continue;
		const all = [...new Set([sae.tap, ...sites])];
		const taps = await bench.model.texts([ids], all, signal);
		const first = firstOf(bench, ids);
		const from = (site: Site) => taps.get(site)!.subarray(first * bench.model.width(site));
		const codes = await sae.encode(from(sae.tap), signal);
		read.push({
			ids: ids.slice(first),
			codes,
			taps: new Map(sites.map((site) => [site, from(site).slice()]))
		});
		await breathe();
		signal.throwIfAborted();
	}
	return read.slice(0, chosen.length);
}

/** Where a document's own tokens begin. */
export const firstOf = (bench: Workbench, ids: readonly number[]): number =>
	ids.findIndex((token) => !bench.tokenizer.isSpecial(token));

/** All documents in an order of chance, the same each time, so that few of them are like all of them. */
async function documentsOf(bench: Workbench, text: string | null): Promise<number[][]> {
	const { context } = bench.model.shape;
	const all =
		text === null
			? ((await bench.texts())?.documents() ?? [])
			: text.split(SEPARATOR).flatMap((part) => windowsOf(bench, part.trim(), context));
	const isText = (id: number) => !bench.tokenizer.isSpecial(id);
	const readable = all.map((ids) => ids.slice(0, context)).filter((ids) => ids.some(isText));
	if (readable.length === 0)
		throw new Problem(
			'unsupported',
			text === null ? 'This pack brings no texts.' : 'There is nothing to read in this text.',
			'Give a text of your own.'
		);
	shuffle(readable, seeded(1));
	return readable;
}

/** Documents of the pack, or of the reader's own text, of `most` tokens at most. Throws a Problem where there is no text. */
export async function chosenDocuments(
	bench: Workbench,
	text: string | null,
	most: number
): Promise<number[][]> {
	const documents = await documentsOf(bench, text);
	const chosen: number[][] = [];
	let tokens = 0;
	for (const document of documents) {
		if (tokens + document.length > most && chosen.length > 0) break;
		chosen.push(document);
		tokens += document.length;
	}
	return chosen;
}

const digestOf = (text: string): number =>
	digest(Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)));
