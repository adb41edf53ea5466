/** The worked example that the recipe stored with the default model: shown before any engine runs. */
import type { FeatureLine } from '../../core/features/feature';
import type { FlowGraph } from '../../core/flow/graph';
import type { LensReading, SiteReading } from '../../core/prompt/reading';
import type { TokenProbability } from '../../core/names/tokens';
import { siteOf } from '../../core/names/site';
import type { Stored } from '../prompt/reading.svelte';

/** An engine's stored answers, as the commands `read`, `flow` and `write` give them. */
export interface Example extends Stored {
	flow: FlowGraph | null;
	write: { plain: string[]; steered: string[]; steer: string[] } | null;
	/** Labels of features in sight. */
	lines: FeatureLine[];
}

interface RawSite {
	features: number[][];
	activations: number[][];
	l0: number[];
	fvu: number[];
}

interface Raw {
	prompt: string;
	reading: {
		tokens: string[];
		ids: number[];
		sites: Record<string, RawSite>;
		next: TokenProbability[];
		lens?: LensReading[];
	};
	flow?: FlowGraph;
	lines?: FeatureLine[];
	write?: { plain: RawText; steered: RawText; steer: string | string[] };
}

type RawText = string | { text: string; tokens?: string[] };

/** null when it is not what it should be. */
export async function fetchExample(address: string): Promise<Example | null> {
	try {
		const answer = await fetch(address);
		return answer.ok ? parseExample((await answer.json()) as Raw) : null;
	} catch {
		return null;
	}
}

export function parseExample({ prompt, reading, flow, write, lines }: Raw): Example {
	const tokens = reading.tokens.map((text, i) => ({
		id: reading.ids[i]!,
		text,
		special: i === 0 && /^<.+>$/.test(text)
	}));
	const sites = Object.entries(reading.sites).map(([sae, site]) => parseSite(sae, site));
	return {
		prompt,
		tokens,
		sites,
		next: reading.next,
		lens: reading.lens ?? [],
		lines: lines ?? [],
		flow: flow ?? null,
		write: write
			? {
					plain: tokensOf(write.plain),
					steered: tokensOf(write.steered),
					steer: [write.steer].flat()
				}
			: null
	};
}

function tokensOf(text: RawText): string[] {
	return typeof text === 'string' ? [text] : (text.tokens ?? [text.text]);
}

function parseSite(sae: string, { features, activations, l0, fvu }: RawSite): SiteReading {
	const offsets = new Uint32Array(features.length + 1);
	features.forEach((row, t) => (offsets[t + 1] = offsets[t]! + row.length));
	return {
		sae,
		site: siteOf(sae),
		offsets,
		features: Uint32Array.from(features.flat()),
		activations: Float32Array.from(activations.flat()),
		l0: Uint32Array.from(l0),
		fvu: Float32Array.from(fvu)
	};
}
