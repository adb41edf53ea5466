/**
 * The names of the default pack against the examples that it ships: what a name says of a token is looked up at the peaks
 * of the feature's examples, from the text of the name alone.
 */
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Label } from '../../../src/core/features/feature';
import { integers, parseSafetensors } from '../../../src/core/files/safetensors';
import { parseLabels } from '../../../src/core/packs/labels';
import { FolderSource } from '../../../workers/node/folders/pack-source';
import { Tokenizer } from '../../../workers/model/tokenizer';

const PACK = path.resolve(import.meta.dirname, '../../../models/default');
const STRONGEST = 6;
const MIDDLE = ['blocks.2.hook_resid_post', 'blocks.3.hook_resid_post', 'blocks.4.hook_resid_post'];

interface Named {
	label: Label;
	/** Places of the peaks of its examples, strongest first. */
	peaks: number[];
}

let tokens: string[];
const saes = new Map<string, { named: Named[]; features: number }>();

beforeAll(async () => {
	const source = await FolderSource.open(PACK);
	const { pack } = source;
	const utf8 = async (file: string) => new TextDecoder().decode(await source.bytes(file));
	const tokenizer = new Tokenizer(
		await utf8(pack.model.tokenizer),
		await utf8(pack.model.tokenizerConfig)
	);
	const texts = parseSafetensors(await source.bytes(pack.examples!));
	tokens = Array.from(integers(texts, 'tokens'), (id) => tokenizer.text(id));
	for (const { id, labels, stats, cfg } of pack.saes) {
		const lines = new TextDecoder().decode(gunzipSync(await source.bytes(labels!)));
		const at = integers(parseSafetensors(gunzipSync(await source.bytes(stats!))), 'example_at');
		const examples = at.length / cfg.dSae;
		const named = Array.from(parseLabels(lines, id, cfg.dSae).labels, ([feature, label]) => ({
			label,
			peaks: Array.from(at.subarray(feature * examples, (feature + 1) * examples)).filter(
				(place) => place >= 0
			)
		}));
		saes.set(id, { named, features: cfg.dSae });
	}
}, 60_000);

/** The words that a name puts in quotation marks, in lower case. */
const quoted = (text: string) =>
	Array.from(text.matchAll(/“(.*?)”(?=,|$| or )/g), ([, word]) => word!.toLowerCase());

/** The word around a token, and the token alone: a name may mean either. */
function around(place: number): string[] {
	const inWord = (text: string | undefined) =>
		text !== undefined && /^[\p{L}\p{N}'’]+$/u.test(text);
	let [from, to] = [place, place];
	while (inWord(tokens[from]) && inWord(tokens[from - 1]?.trim())) from--;
	while (inWord(tokens[to + 1]) && inWord(tokens[to]?.trim())) to++;
	const spelled = [tokens[place]!, tokens.slice(from, to + 1).join('')];
	return spelled.map((text) => text.trim().toLowerCase());
}

/** Whether a name that lists words holds at a place; null for one that is of another kind. */
function holds({ text }: Label, place: number): boolean | null {
	const form = /^(before |after |)(?:the words? |)“/.exec(text);
	const words = quoted(text);
	if (!form || words.length === 0 || words.some((word) => word.includes(' '))) return null;
	const step = { 'before ': 1, 'after ': -1, '': 0 }[form[1]!]!;
	if (step === 0) return around(place).some((word) => words.includes(word));
	// The neighbouring word may begin some tokens away.
	const near = [1, 2, 3, 4, 5].flatMap((far) => around(place + step * far));
	return near.some((word) => words.includes(word));
}

describe('names of the default pack', () => {
	it('hold at the peaks of the strongest examples', () => {
		let [judged, contradicted] = [0, 0];
		for (const { named } of saes.values())
			for (const { label, peaks } of named) {
				const told = peaks.slice(0, STRONGEST).map((place) => holds(label, place));
				if (told.length === 0 || told.includes(null)) continue;
				judged++;
				if (!told.includes(true)) contradicted++;
			}
		expect(judged).toBeGreaterThan(8000);
		expect(contradicted / judged).toBeLessThanOrEqual(0.02);
	});

	it('say in how many examples they hold', () => {
		let [close, judged] = [0, 0];
		for (const [id, { named }] of saes)
			for (const { label, peaks } of named) {
				const { held } = label;
				expect(held, id).toBeDefined();
				expect(held!.of).toBeLessThanOrEqual(peaks.length);
				expect(held!.strongest! * 2).toBeGreaterThan(held!.ofStrongest!);
				if (!/^“[^“]*”$/.test(label.text) || label.text.includes(' ')) continue;
				const count = peaks.filter((place) => holds(label, place)).length;
				judged++;
				if (Math.abs(count - held!.holds) <= 2) close++;
			}
		expect(judged).toBeGreaterThan(3000);
		expect(close / judged).toBeGreaterThan(0.9);
	});

	it.each(MIDDLE)('are given to two fifths of %s and more', (id) => {
		const { named, features } = saes.get(id)!;
		expect(named.length / features).toBeGreaterThanOrEqual(0.4);
	});

	it('are short phrases', () => {
		for (const { named } of saes.values())
			for (const { label } of named) {
				expect(label.text).not.toMatch(/^(pattern|word:|next:|class:|mark:)/);
				expect(label.text.length).toBeLessThan(100);
			}
	});
});
