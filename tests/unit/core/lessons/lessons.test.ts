/** Lessons: their places can be opened, and what they say is what the model does. */
import { beforeAll, describe, expect, it } from 'vitest';
import { LIMITS, parseAddress, VIEWS } from '../../../../src/core/address';
import type { Engine } from '../../../../src/core/engine';
import { EXAMPLES, exampleHref, lessonHref, LESSONS } from '../../../../src/core/lessons/lessons';
import { parseFeatureId } from '../../../../src/core/names/site';
import type { ReadingPart } from '../../../../src/core/prompt/reading';
import { LocalEngine } from '../../../../workers/engine';
import { FolderSource } from '../../../../workers/node/folders/pack-source';

const hrefs = [...LESSONS.map((_, i) => lessonHref(i + 1)), ...EXAMPLES.map(exampleHref)];
const states = hrefs.map((href) => parseAddress(href));

describe('places', () => {
	it('can be read, each at its own view', () => {
		expect(LESSONS).toHaveLength(LIMITS.lesson[1]);
		for (const { problems } of states) expect(problems).toEqual([]);
		expect(states.map(({ state }) => state.lesson)).toEqual([
			...LESSONS.map((_, i) => i + 1),
			...EXAMPLES.map(() => null)
		]);
		expect(VIEWS).toEqual(expect.arrayContaining(states.map(({ state }) => state.view)));
	});
});

describe('with the model of stories', () => {
	let engine: Engine;
	beforeAll(async () => {
		engine = new LocalEngine({ open: ({ address }) => FolderSource.open(address) }).calls;
		await engine.open({ address: 'models/default', backend: 'wasm' });
	});

	async function read(text: string) {
		const parts: ReadingPart[] = [];
		await engine.read({ text }, { onPart: (part) => parts.push(part) });
		const tokens = parts.flatMap((part) => (part.kind === 'tokens' ? part.tokens : []));
		const next = parts.findLast((part) => part.kind === 'next')!;
		const sites = parts.flatMap((part) => (part.kind === 'site' ? [part.site] : []));
		return { tokens: tokens.map(({ text }) => text), next, sites };
	}
	/** Tokens on which a feature fires. */
	async function firing(id: string, text: string): Promise<string[]> {
		const { sae, index } = parseFeatureId(id)!;
		const { tokens, sites } = await read(text);
		const { offsets, features } = sites.find((site) => site.sae === sae)!;
		return tokens.filter((_, t) => features.subarray(offsets[t], offsets[t + 1]).includes(index));
	}
	const written = async (number: number) => {
		const { state } = parseAddress(lessonHref(number));
		const settings = {
			text: state.prompt!,
			tokens: state.length,
			temperature: 0,
			topP: 1,
			seed: 0
		};
		return (await engine.write({ ...settings, edits: state.steer })).text;
	};

	it('names only features that there are', async () => {
		const ids = states.flatMap(({ state }) => [
			...(state.id === null ? [] : [state.id]),
			...state.steer.map(({ id }) => id)
		]);
		expect(ids.length).toBeGreaterThan(5);
		await engine.lines([...new Set(ids)]);
	});

	it('cuts words as lesson 1 says', async () => {
		const { tokens } = await read(LESSONS[0]!.place.prompt!);
		for (const token of [' grandmother', ' pancakes', ' straw', 'ber', 'ry'])
			expect(tokens).toContain(token);
		expect(tokens.join('|')).toContain(' b|aked');
		expect(tokens[0]).toBe('<|endoftext|>');
	});

	it('fires on a colour of a thing alone, as lesson 2 says', async () => {
		const { id, prompt } = LESSONS[1]!.place;
		expect(await firing(id!, prompt!)).toEqual([' red', ' blue']);
		expect(await firing(id!, 'The red fox felt blue.')).toEqual([]);
		expect((await engine.lines([id!]))[0]!.label?.text).toBe('colour word');
	});

	it('finds the name in the last layer, as lesson 3 says', async () => {
		const { next } = await read(LESSONS[2]!.place.prompt!);
		const guesses = next.lens.map(({ top }) => top.at(-1)![0]!.token);
		expect(guesses).toEqual([' the', ' the', ' the', ' the', ' her', ' Tom']);
		expect(next.next[0]!.p).toBeCloseTo(0.95, 2);
	});

	it('writes of food, and then of nothing else, as lessons 4 and 5 say', async () => {
		expect(await written(4)).toMatch(/very hungry.*until the sun was gone.*soup/s);
		const { state } = parseAddress(lessonHref(4));
		const settings = {
			text: state.prompt!,
			tokens: 40,
			temperature: 0,
			topP: 1,
			seed: 0,
			edits: []
		};
		expect((await engine.write(settings)).text).toContain('walking in the forest');
		expect(await written(5)).toMatch(/^( soup){40}$/);
	});
});
