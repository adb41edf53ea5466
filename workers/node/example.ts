/**
 * The worked example of a pack: what the engine answers on one prompt, stored so that the page has
 * something to show before any model is loaded.
 */
import type { Engine } from '../../src/core/engine';
import type { LensReading, ReadingPart, SiteReading } from '../../src/core/prompt/reading';
import type { Token, TokenProbability } from '../../src/core/names/tokens';
import { parseEdit } from '../../src/core/steering/edits';
import { featureId, isMain, placeOf } from '../../src/core/names/site';
import type { LocalEngine } from '../engine';
import { siteJson } from './site-json';

/** Features kept of each token: what fits on the first screen. */
const TOP = 8;
const TOKENS = 40;
/** A feature active on more tokens than this says little about one of them. */
const DENSE = 0.05;

interface Example {
	prompt: string;
	reading: Record<string, unknown>;
	flow: unknown;
	lines: unknown;
	write: { plain: unknown; steered: unknown; steer: string[] };
}

/** Runs the engine on the prompt; `steer` defaults to a telling feature of the prompt, made strong. */
export async function workedExample(
	{ calls: engine, bench }: LocalEngine,
	prompt: string,
	steer: string[]
): Promise<Example> {
	let tokens: Token[] = [];
	let next: TokenProbability[] = [];
	let lens: LensReading[] = [];
	const sites: SiteReading[] = [];
	const onPart = (part: ReadingPart) => {
		if (part.kind === 'tokens') ({ tokens } = part);
		else if (part.kind === 'site') sites.push(part.site);
		else ({ next, lens } = part);
	};
	await engine.read({ text: prompt }, { onPart });
	const { saeIds } = bench();
	sites.sort((a, b) => saeIds.indexOf(a.sae) - saeIds.indexOf(b.sae));
	const reading = {
		tokens: tokens.map((t) => t.text),
		ids: tokens.map((t) => t.id),
		sites: Object.fromEntries(sites.map((s) => [s.sae, siteJson(s, TOP)])),
		next,
		lens
	};
	const edits = steer.length > 0 ? steer : [await tellingEdit(engine, sites, tokens.length)];
	const request = { text: prompt, tokens: TOKENS, temperature: 0, topP: 1, seed: 0 };
	const written = async (lines: string[]) => {
		const parsed = lines.flatMap((line) => parseEdit(line) ?? []);
		const { text, tokens } = await engine.write({ ...request, edits: parsed });
		return { text, tokens };
	};
	const flow = await engine.flow({ id: edits[0]!.split('=')[0]! });
	const seen = sites.flatMap((s) =>
		[...s.features.subarray(s.offsets.at(-2), s.offsets.at(-1))]
			.slice(0, TOP)
			.map((f) => featureId(s.sae, f))
	);
	const lines = await engine.lines([...new Set([...seen, ...flow.nodes.map((n) => n.id)])]);
	const write = { plain: await written([]), steered: await written(edits), steer: edits };
	return { prompt, reading, flow, lines, write };
}

/** The strongest feature of the prompt's middle residual that is not active everywhere, at 1.5 times its maximum. */
async function tellingEdit(engine: Engine, sites: SiteReading[], tokens: number): Promise<string> {
	const residual = sites.filter((s) => isMain(s.sae) && placeOf(s.site)?.kind === 'resid');
	const site = residual[residual.length >> 1]!;
	let best = { id: '', share: -1, max: 1 };
	for (let t = 1; t < tokens; t++)
		for (let i = site.offsets[t]!; i < site.offsets[t + 1]!; i++) {
			const id = featureId(site.sae, site.features[i]!);
			const [line] = await engine.lines([id]);
			const share = site.activations[i]! / (line!.max ?? Infinity);
			if ((line!.density ?? 1) < DENSE && share > best.share) best = { id, share, max: line!.max! };
		}
	return `${best.id}=add:${(1.5 * best.max).toPrecision(3)}`;
}
