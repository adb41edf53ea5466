/** What the texts of the packs that ship must not hold: the texts that were learnt from, and words nobody should meet. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasXz, sharedWith } from '../../overlap';
import { packTexts, type PackText } from '../../pack-texts';
import { digest, unwantedIn, unwantedList } from '../../unwanted';
import { wordsOf } from '../../words';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** The packs, and what each holds beside example texts. */
const PACKS = { default: ['worked-example', 'pack', 'README'], smollm2: ['pack', 'README'] };
const list = unwantedList();
/** Words in a row that no text may share with the training text. */
const RUN = 20;

/** The folder of training text, where there is one. */
const corpus = [process.env.UNDERCURRENT_CORPUS, path.resolve(ROOT, '../shared/corpus')].find(
	(folder) => folder && existsSync(folder)
);

const read = new Map<string, PackText[]>();
beforeAll(async () => {
	for (const name of Object.keys(PACKS))
		read.set(name, await packTexts(path.join(ROOT, 'models', name)));
});

describe('the texts that ship', () => {
	it.each(Object.entries(PACKS))('are all found in %s', (name, others) => {
		const texts = read.get(name)!;
		const files = new Set(texts.map(({ at }) => at.split(/[,.]/)[0]));
		for (const file of ['examples', ...others]) expect(files).toContain(file);
		const examples = texts.filter(({ at }) => at.startsWith('examples'));
		expect(examples.length).toBeGreaterThan(300);
		expect(examples.filter(({ text }) => wordsOf(text).length >= RUN).length).toBeGreaterThan(300);
		expect(examples.every(({ text }) => !/<\|(endoftext|im_start|im_end)\|>/.test(text))).toBe(
			true
		);
	});

	it.each(Object.keys(PACKS))('hold no word of the list in %s', (name) => {
		const found = read
			.get(name)!
			.flatMap(({ at, text }) => unwantedIn(text, list).map((word) => `${word} (${at})`));
		expect(found).toEqual([]);
	});

	it(`repeat no ${RUN} words in a row of the training text`, async ({ skip }) => {
		if (!corpus)
			process.stdout.write(
				'The texts of the packs were not compared with the training text: ' +
					'set UNDERCURRENT_CORPUS to its folder.\n'
			);
		skip(!corpus, 'no folder of training text');
		const { shared, words, leftOut } = await sharedWith(corpus!, [...read.values()].flat(), RUN);
		if (leftOut.length > 0)
			process.stdout.write(`Without xz these could not be read: ${leftOut.join(', ')}.\n`);
		expect(leftOut.length > 0 || words > 0, `no text in ${corpus}`).toBe(true);
		expect(shared.map((run) => `${run.at} and ${run.file}: ${run.words}`)).toEqual([]);
	}, 900_000);
});

describe('the comparison with training text', () => {
	const story =
		'The old fox, who couldn’t sleep, walked down to the grey sea and sang until morning came.';
	const count = wordsOf(story).length;
	const own = [{ at: 'own', text: `One day. ${story} Then it rained.` }];
	let folder: string;
	beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'overlap-'))));
	afterAll(() => rm(folder, { recursive: true }));

	async function compare(file: string, content: string, size = count) {
		const plain = path.join(folder, file.replace(/\.xz$/, ''));
		await writeFile(plain, content);
		if (file.endsWith('.xz')) expect(spawnSync('xz', [plain]).status).toBe(0);
		const found = await sharedWith(folder, own, size);
		await rm(path.join(folder, file));
		return found;
	}

	it('finds a run whatever its case, punctuation and lines', async () => {
		const copy = `Chapter one\nIt rained. ${story.toUpperCase().replace(/[,’.]/g, '').replace(' WHO', '\n—WHO')} The end.`;
		const { shared, words } = await compare('a.txt', copy);
		expect(words).toBe(wordsOf(copy).length);
		expect(shared).toEqual([{ at: 'own', file: 'a.txt', words: wordsOf(story).join(' ') }]);
	});

	it('finds one in a packed file', async ({ skip }) => {
		skip(!hasXz(), 'no xz here');
		const { shared } = await compare('b.txt.xz', `${'Nothing of ours. '.repeat(5000)}\n${story}\n`);
		expect(shared.map(({ file }) => file)).toEqual(['b.txt.xz']);
	});

	it('says when a packed file cannot be read', async ({ skip }) => {
		skip(!hasXz(), 'no xz here');
		await writeFile(path.join(folder, 'broken.txt.xz'), 'not xz');
		await expect(sharedWith(folder, own, 5)).rejects.toThrow('broken.txt.xz');
		await rm(path.join(folder, 'broken.txt.xz'));
	});

	it.each([
		['one word is another', story.replace('grey', 'blue')],
		['one word is missing', story.replace('old ', '')],
		['a document ends in between', story.replace(' walked', '\n<|endoftext|>\nwalked')],
		['a word that is not ours stands in between', story.replace('walked', 'quickly walked')]
	])('finds none where %s', async (_, text) => {
		expect((await compare('c.txt', text)).shared).toEqual([]);
		expect((await compare('c.txt', text, 3)).shared.length).toBeGreaterThan(3);
	});
});

describe('the list of words', () => {
	const own = { words: new Set([digest('umbrella')]), stems: new Set([digest('teapot')]) };

	it.each([
		['An UMBRELLA!', ['umbrella']],
		['“Ümbrella’s”', ['umbrella']],
		['the ümbrella', ['umbrella']],
		['umbrellas', []],
		['two Teapots, teapotty', ['teapots', 'teapotty']],
		['an um-brella', ['umbrella']],
		['tea, pot and ateapot', []]
	])('finds in %s what it names', (text, found) => expect(unwantedIn(text, own)).toEqual(found));

	it('holds hashes only', () => {
		const hashes = [...list.words, ...list.stems];
		expect(hashes.length).toBeGreaterThan(90);
		expect(hashes.every((hash) => /^[0-9a-f]{16}$/.test(hash))).toBe(true);
	});
});
