/** The texts that a pack brings, as a text to train on. */
import { Problem } from '../../src/core/names/errors';
import { TextFile } from '../corpus/text-file';
import type { Workbench } from '../packs/open-pack';

/** Throws a Problem where the pack brings none. */
export async function packSamples(bench: Workbench): Promise<TextFile> {
	const texts = await bench.texts();
	if (!texts)
		throw new Problem('unsupported', 'This pack brings no texts.', 'Choose a text of your own.');
	const { tokenizer } = bench;
	const lines = texts.documents().map((ids) => {
		const plain = ids.filter((id) => !tokenizer.isSpecial(id));
		return JSON.stringify({ text: tokenizer.decode(plain) });
	});
	return new TextFile(new Blob([lines.join('\n')]), 'texts of the pack.jsonl');
}
