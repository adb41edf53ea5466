/** Writing: seeded sampling on top of the KV cache, steered or not. */
import type { Run } from '../../src/core/calls';
import type { WriteRequest, Written, WrittenToken } from '../../src/core/steering/writing';
import { seeded } from '../../src/core/math/random';
import { sample } from '../../src/core/math/sampling';
import type { LanguageModel, Steering } from '../model/language-model';
import { breathe } from '../runtime/session';
import type { Tokenizer } from '../model/tokenizer';
import type { Workbench } from '../packs/open-pack';
import { steeringOf } from './steering';

/** How often the thread lets messages in while it writes. */
const BREATH_MS = 12;

/** Reads the prompt as the edits say, and goes on. Throws a Problem for a feature that does not exist. */
export async function writeSteered(
	request: WriteRequest,
	bench: Workbench,
	run: Run<WrittenToken>
): Promise<Written> {
	const { tokens, leftOut } = bench.tokenize(request.text);
	const steering = steeringOf(request.edits, await bench.steered(request.edits, run.signal));
	const prompt = tokens.map((t) => t.id);
	const { model, tokenizer } = bench;
	const written = await write(request, prompt, steering, model, tokenizer, run);
	return { ...written, leftOut };
}

export async function write(
	request: WriteRequest,
	prompt: number[],
	steering: Steering | null,
	model: LanguageModel,
	tokenizer: Tokenizer,
	{ signal, part }: Pick<Run<WrittenToken>, 'signal' | 'part'>
): Promise<Omit<Written, 'leftOut'>> {
	const uniform = seeded(request.seed);
	const room = model.shape.context - prompt.length;
	const wanted = Math.min(request.tokens, room);
	const ends = [model.config.eos_token_id].flat();
	const cache = model.begin(steering);
	const ids: number[] = [];
	let stop: Written['stop'] = wanted < request.tokens ? 'context full' : 'length';
	let breath = Date.now();
	try {
		let { logits } = await model.read(cache, prompt, [], signal);
		while (ids.length < wanted) {
			const id = sample(logits, request, uniform);
			if (ends.includes(id)) {
				stop = 'end of text';
				break;
			}
			ids.push(id);
			part({ index: ids.length - 1, id, text: tokenizer.text(id) });
			if (ids.length === wanted) break;
			({ logits } = await model.read(cache, [id], [], signal));
			if (Date.now() - breath > BREATH_MS) {
				await breathe();
				breath = Date.now();
			}
			signal.throwIfAborted();
		}
	} finally {
		model.forget(cache);
	}
	return { text: tokenizer.decode(ids), ids, tokens: ids.map((id) => tokenizer.text(id)), stop };
}
