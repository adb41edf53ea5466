/**
 * What steering does, measured: how far it moves the next token's distribution, and what is then written,
 * read again by the model without steering. No judge reads the texts (the paper asked a large model,
 * arXiv 2502.03032, appendix B): fluency is the perplexity under the unsteered model, the theme is how strongly
 * its own features fire and how often the tokens they promote occur.
 */
import { runOf, type Run } from '../../src/core/calls';
import type { Edit } from '../../src/core/steering/writing';
import type { SaeId } from '../../src/core/names/ids';
import type {
	Arm,
	ArmResult,
	DivergenceRequest,
	SteeringRequest,
	WrittenText
} from '../../src/core/experiments/steering-effect';
import { normals, seeded } from '../../src/core/math/random';
import { repeated } from '../../src/core/math/repetition';
import { softmax, surprise } from '../../src/core/math/sampling';
import { activationAt } from '../../src/core/math/sparse';
import { likeRandom } from './causal';
import type { Steering } from '../model/language-model';
import { tapsOf, type Sae } from '../sae/sae';
import { steeringOf } from '../steering/steering';
import type { Workbench } from '../packs/open-pack';
import { write } from '../steering/write';

/** Tokens that a feature promotes most: its share of a theme's lexicon. */
const LEXICON = 10;
/** Length of the runs of tokens whose repetition counts. */
const RUN_LENGTH = 3;

/** Edits as they are, in random directions of equal norm, or the other way round. */
function armSteering(
	{ edits, control }: Pick<Arm, 'edits' | 'control'>,
	saes: Map<SaeId, Sae>,
	seed: number
): Steering | null {
	if (control !== 'reversed') {
		const steering = steeringOf(edits, saes);
		return control === 'random' ? steering && turned(steering, seed) : steering;
	}
	return steeringOf(edits.flatMap(reversed), saes);
}

/** Pushes as hard the other way: what is added to the stream changes its sign. */
function reversed(edit: Edit): Edit[] {
	const { id, mode, value } = edit;
	if (mode === 'add') return [{ id, mode, value: -value }];
	if (mode === 'scale') return [{ id, mode, value: 2 - value }];
	// −(v − a)·w = a·w − v·w
	const doubled: Edit = { id, mode: 'scale', value: 2 };
	return mode === 'set' && value !== 0 ? [doubled, { id, mode: 'add', value: -value }] : [doubled];
}

/** The same steering with every vector that it adds turned in a random direction. */
function turned({ adds, edited, feeds }: Steering, seed: number): Steering {
	const normal = normals(seeded(seed));
	const rows = Object.entries(feeds).map(([name, feed]) => {
		if (!name.endsWith('.rows')) return [name, feed] as const;
		const [m, d] = feed.dims as [number, number];
		const data = new Float32Array(m * d);
		for (let j = 0; j < m; j++)
			data.set(likeRandom((feed.data as Float32Array).subarray(j * d, (j + 1) * d), normal), j * d);
		return [name, { ...feed, data }] as const;
	});
	return {
		adds: new Map([...adds].map(([site, v]) => [site, likeRandom(v, normal)])),
		edited,
		feeds: Object.fromEntries(rows)
	};
}

/** KL(plain ‖ steered) of the next-token distribution after a text, in nats. */
export async function divergence(
	request: DivergenceRequest,
	bench: Workbench,
	signal?: AbortSignal
): Promise<number> {
	const steering = armSteering(request, await bench.steered(request.edits, signal), request.seed);
	const ids = bench.tokenize(request.text).tokens.map((token) => token.id);
	return klAfter(ids, steering, bench, signal);
}

async function klAfter(
	ids: number[],
	steering: Steering | null,
	{ model }: Workbench,
	signal?: AbortSignal
): Promise<number> {
	const after = async (steering: Steering | null) =>
		softmax((await model.readOnce(ids, [], signal, steering)).logits);
	const [plain, steered] = [await after(null), await after(steering)];
	return plain.reduce(
		(sum, p, i) => (p > 0 ? sum + p * Math.log(p / (steered[i]! || 1e-300)) : sum),
		0
	);
}

/** Measures arm by arm, and hands each over. */
export async function measureSteering(
	request: SteeringRequest,
	bench: Workbench,
	run: Run<ArmResult>
): Promise<void> {
	const theme = await themeOf(request.theme, bench);
	const total = request.arms.length;
	for (const [i, arm] of request.arms.entries()) {
		run.part(await measureArm(arm, request, bench, theme, run.signal));
		run.progress({ phase: 'write', what: arm.name, done: i + 1, total });
	}
}

/** Measures one arm: its divergence, and its continuations. */
export async function measureArm(
	arm: Arm,
	request: SteeringRequest,
	bench: Workbench,
	theme: WatchedTheme,
	signal?: AbortSignal
): Promise<ArmResult> {
	const steering = armSteering(arm, await bench.steered(arm.edits, signal), request.seed);
	const prompt = bench.tokenize(request.text).tokens.map((token) => token.id);
	const { model, tokenizer } = bench;
	const texts: WrittenText[] = [];
	for (let i = 0; i < request.samples; i++) {
		const settings = { ...request, edits: [], seed: request.seed + i };
		const written = await write(settings, prompt, steering, model, tokenizer, runOf({ signal }));
		if (written.ids.length > 0)
			texts.push(await readBack(written.text, prompt, written.ids, bench, theme, signal));
	}
	const kl = await klAfter(prompt, steering, bench, signal);
	return { name: arm.name, control: arm.control, kl, texts };
}

/** What a theme is made of. */
export interface WatchedTheme {
	features: { sae: Sae; index: number; max: number }[];
	tokens: Set<number>;
}

/** Throws a Problem for a feature that does not exist. */
export async function themeOf(ids: string[], bench: Workbench): Promise<WatchedTheme> {
	const theme: WatchedTheme = { features: [], tokens: new Set() };
	for (const id of ids) {
		const { sae, index } = await bench.feature(id);
		const statistics = await bench.statistics(sae.id);
		theme.features.push({ sae, index, max: statistics?.max[index] || 1 });
		if (!statistics) continue;
		const at = index * statistics.listed;
		for (let i = 0; i < Math.min(LEXICON, statistics.listed); i++)
			theme.tokens.add(statistics.promoted[at + i]!);
	}
	return theme;
}

async function readBack(
	text: string,
	prompt: number[],
	ids: number[],
	bench: Workbench,
	theme: WatchedTheme,
	signal?: AbortSignal
): Promise<WrittenText> {
	const { model, lens } = bench;
	const last = model.sites.at(-1)!;
	const sites = [...new Set([last, ...tapsOf(theme.features.map(({ sae }) => sae))])];
	const { taps } = await model.readOnce([...prompt, ...ids], sites, signal);
	const { dModel, vocabSize } = model.shape;
	const of = (tap: string) => taps.get(tap)!.subarray(prompt.length * model.width(tap));
	const before = taps.get(last)!.subarray((prompt.length - 1) * dModel, -dModel);
	const logits = await lens.logits(before, signal);
	const loss = ids.reduce(
		(sum, id, i) => sum + surprise(logits.subarray(i * vocabSize, (i + 1) * vocabSize), id),
		0
	);
	let strength = 0;
	for (const { sae, index, max } of theme.features) {
		const codes = await sae.encode(of(sae.tap), signal);
		for (let t = 0; t < ids.length; t++) strength += activationAt(codes, t, index) / max;
	}
	return {
		text,
		perplexity: Math.exp(loss / ids.length),
		repeated: repeated(ids, RUN_LENGTH),
		theme: theme.features.length ? strength / theme.features.length / ids.length : 0,
		lexicon: ids.filter((id) => theme.tokens.has(id)).length / ids.length
	};
}
