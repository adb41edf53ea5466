/** Texts written with and without steering, and what the model says of them when it reads them without. */
import { softmax, surprise } from '../../src/core/math/sampling';
import { runOf } from '../../src/core/calls';
import { loops } from '../../src/core/steering/dose';
import type { Workbench } from '../packs/open-pack';
import type { Steering } from '../model/language-model';
import { write } from './write';

export interface WritingSettings {
	tokens: number;
	temperature: number;
	/** Of the first prompt; the next has the next. */
	seed: number;
}

/** What was written after some prompts. */
export interface Texts {
	texts: string[];
	/** exp of the mean −ln p of all tokens, under the model without steering; NaN where nothing was written. */
	perplexity: number;
	/** Texts in which words come again and again. */
	loops: number;
}

const STORIES = 97;

/** Ids of prompts, special tokens included. */
export function idsOf(prompts: readonly string[], bench: Workbench): number[][] {
	return prompts.map((text) => bench.tokenize(text).tokens.map((token) => token.id));
}

/** Writes after each prompt, and reads what was written. */
export async function written(
	prompts: number[][],
	steering: Steering | null,
	{ tokens, temperature, seed }: WritingSettings,
	bench: Workbench,
	signal?: AbortSignal
): Promise<Texts> {
	const { model, tokenizer, lens } = bench;
	const { vocabSize, dModel } = model.shape;
	const last = model.sites.at(-1)!;
	const texts: string[] = [];
	let [loss, count] = [0, 0];
	for (const [i, prompt] of prompts.entries()) {
		const request = { text: '', edits: [], tokens, temperature, topP: 1, seed: seed + STORIES * i };
		const { ids, text } = await write(
			request,
			prompt,
			steering,
			model,
			tokenizer,
			runOf(signal ? { signal } : {})
		);
		texts.push(text);
		if (ids.length === 0) continue;
		const { taps } = await model.readOnce([...prompt, ...ids], [last], signal);
		const before = taps.get(last)!.subarray((prompt.length - 1) * dModel, -dModel);
		const logits = await lens.logits(before, signal);
		ids.forEach(
			(id, t) => (loss += surprise(logits.subarray(t * vocabSize, (t + 1) * vocabSize), id))
		);
		count += ids.length;
	}
	return { texts, perplexity: Math.exp(loss / count), loops: texts.filter(loops).length };
}

/** The distributions of the next token at every place of prompts, unsteered, and how far steered ones are from them. */
export class Divergence {
	readonly #plain: Promise<{ ids: number[]; p: Float64Array[] }[]>;

	constructor(
		prompts: number[][],
		readonly bench: Workbench,
		signal?: AbortSignal
	) {
		const starts = new Set(bench.tokenizer.start);
		this.#plain = Promise.all(
			prompts.map(async (ids) => {
				// What the tokenizer put in front is no text.
				const first = ids.findIndex((id) => !starts.has(id));
				return { ids, p: (await this.#read(ids, null, signal)).slice(first) };
			})
		);
	}

	/** Mean KL(unsteered ‖ steered) in nats. */
	async of(steering: Steering | null, signal?: AbortSignal): Promise<number> {
		let [sum, count] = [0, 0];
		for (const { ids, p } of await this.#plain) {
			const q = (await this.#read(ids, steering, signal)).slice(-p.length);
			p.forEach((plain, t) => (sum += kl(plain, q[t]!)));
			count += p.length;
		}
		return sum / count;
	}

	async #read(ids: number[], steering: Steering | null, signal?: AbortSignal) {
		const { model, lens } = this.bench;
		const last = model.sites.at(-1)!;
		const { taps } = await model.readOnce(ids, [last], signal, steering);
		const logits = await lens.logits(taps.get(last)!, signal);
		const { vocabSize } = model.shape;
		return ids.map((_, t) => softmax(logits.subarray(t * vocabSize, (t + 1) * vocabSize)));
	}
}

/** Nats. */
function kl(p: Float64Array, q: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < p.length; i++)
		if (p[i]! > 0) sum += p[i]! * Math.log(p[i]! / (q[i]! || 1e-300));
	return sum;
}
