/** Every text that a pack ships, as people would read it. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parseLabels } from '../src/core/packs/labels';
import { parseSafetensors } from '../src/core/files/safetensors';
import { FolderSource } from '../workers/node/folders/pack-source';
import { ExampleTexts } from '../workers/packs/statistics';
import { Tokenizer } from '../workers/model/tokenizer';

export interface PackText {
	/** Where it stands: a file, and the place in it. */
	at: string;
	text: string;
}

/** Example texts, worked example, labels, the words of pack.json and the card beside it. */
export async function packTexts(folder: string): Promise<PackText[]> {
	const source = await FolderSource.open(folder);
	const { pack } = source;
	const utf8 = async (file: string) => new TextDecoder().decode(await source.bytes(file));
	const texts: PackText[] = [];
	if (pack.examples) {
		const { tokenizer: vocabulary, tokenizerConfig } = pack.model;
		const tokenizer = new Tokenizer(await utf8(vocabulary), await utf8(tokenizerConfig));
		const examples = new ExampleTexts(
			parseSafetensors(await source.bytes(pack.examples)),
			Infinity
		);
		for (const kind of ['generator', 'model', 'text'] as const)
			examples.documents(kind).forEach((ids, i) => {
				const read = tokenizer.decode(ids.filter((id) => !tokenizer.isSpecial(id)));
				texts.push({ at: `${pack.examples}, ${kind} ${i}`, text: read });
			});
	}
	if (pack.workedExample)
		texts.push(...stringsOf(JSON.parse(await utf8(pack.workedExample)), pack.workedExample));
	if (pack.reproduction)
		texts.push(...stringsOf(JSON.parse(await utf8(pack.reproduction)), pack.reproduction));
	if (pack.themes) texts.push(...stringsOf(JSON.parse(await utf8(pack.themes)), pack.themes));
	for (const { id, labels, cfg } of pack.saes) {
		if (!labels) continue;
		const lines = new TextDecoder().decode(gunzipSync(await source.bytes(labels)));
		for (const [feature, { text }] of parseLabels(lines, id, cfg.dSae).labels)
			texts.push({ at: `${labels}, feature ${feature}`, text });
	}
	const beside = (file: string) => readFile(path.join(folder, file), 'utf8').catch(() => '');
	texts.push(...stringsOf(JSON.parse(await beside('pack.json')), 'pack.json'));
	texts.push({ at: 'README.md', text: await beside('README.md') });
	return texts;
}

/** Every string in a JSON value; a list of strings, such as tokens, also as the text that it spells. */
function stringsOf(value: unknown, at: string): PackText[] {
	if (typeof value === 'string') return [{ at, text: value }];
	if (typeof value !== 'object' || value === null) return [];
	const inside = Object.entries(value).flatMap(([key, of]) => stringsOf(of, `${at}.${key}`));
	const spelled = Array.isArray(value) && value.every((of) => typeof of === 'string');
	return spelled ? [{ at, text: value.join('') }] : inside;
}
