/** The numeric self-test: fixed tokens, and what PyTorch or whoever made the pack makes of them, stored in it. */
import { count } from '../../src/core/names/numbers';
import type { SelfTest } from '../../src/core/packs/info';
import { Problem } from '../../src/core/names/errors';
import type { LanguageModel } from '../model/language-model';
import type { Workbench } from './open-pack';

/** self-test.json, written when the pack was made. */
interface Expected {
	/** `pack`: computed by this engine where the pack was made; absent: by PyTorch. */
	reference?: unknown;
	ids: number[];
	logits: { position: number; ids: number[]; values: number[] };
	taps: Record<string, { position: number; values: number[] }>;
	codes: Record<string, { position: number; features: number[]; activations: number[] }>;
	tolerance: { absolute_rms: number; relative: number };
}

/** Throws a Problem when the file is not a self-test for this model. */
export function parseSelfTest(json: string, model: LanguageModel): Expected {
	try {
		const test = JSON.parse(json) as Expected;
		const numbers = (values: unknown): boolean =>
			Array.isArray(values) && values.length > 0 && values.every(Number.isFinite);
		const whole =
			numbers(test.ids) &&
			test.ids.length <= model.shape.context &&
			test.ids.every((id) => id >= 0 && id < model.shape.vocabSize) &&
			numbers(test.logits.ids) &&
			numbers(test.logits.values) &&
			Object.entries(test.taps).every(([s, t]) => model.sites.includes(s) && numbers(t.values));
		if (!whole) throw new TypeError('not a self-test');
		return test;
	} catch (cause) {
		throw new Problem(
			'pack-invalid',
			'The self-test of this pack cannot be read.',
			'Make the pack again.',
			{ cause }
		);
	}
}

/** Runs the model on the fixed tokens; with `codes`, the SAEs named there too. */
export async function selfTest(
	expected: Expected,
	bench: Workbench,
	codes: boolean,
	signal?: AbortSignal
): Promise<SelfTest> {
	const { model } = bench;
	const sites = codes ? bench.taps : Object.keys(expected.taps);
	const { logits, taps } = await model.readOnce(expected.ids, sites, signal);
	const score = new Score(expected.tolerance.absolute_rms, expected.tolerance.relative);
	const { ids, values } = expected.logits;
	score.compare(
		ids.map((id) => logits[id]!),
		values
	);
	for (const [site, { position, values }] of Object.entries(expected.taps)) {
		const d = model.shape.dModel;
		score.compare(taps.get(site)!.subarray(position * d, (position + 1) * d), values);
	}
	if (codes)
		for (const [id, { position, features, activations }] of Object.entries(expected.codes)) {
			const sae = await bench.sae(id, signal);
			const found = await sae.encode(taps.get(sae.tap)!, signal);
			const byFeature = new Map<number, number>();
			for (let i = found.offsets[position]!; i < found.offsets[position + 1]!; i++)
				byFeature.set(found.features[i]!, found.activations[i]!);
			score.compare(
				features.map((f) => byFeature.get(f) ?? NaN),
				activations
			);
		}
	return score.verdict(expected.reference === 'pack' ? 'those the pack was made with' : 'PyTorch');
}

class Score {
	#worst = 0;
	#checks = 0;
	constructor(
		readonly absolute: number,
		readonly relative: number
	) {}

	/** Error ≤ absolute × rms + relative × the value, for every number. */
	compare(found: ArrayLike<number>, expected: number[]): void {
		const rms = Math.sqrt(expected.reduce((s, x) => s + x * x, 0) / expected.length);
		expected.forEach((x, i) => {
			const allowed = this.absolute * rms + this.relative * Math.abs(x);
			const off = Math.abs(found[i]! - x) / allowed;
			this.#worst = Math.max(this.#worst, Number.isFinite(off) ? off : Infinity);
			this.#checks++;
		});
	}

	verdict(reference: string): SelfTest {
		const ok = this.#worst <= 1;
		const sentence = ok
			? `Results match ${reference} (${count(this.#checks)} checks passed).`
			: `Results differ from ${reference}: of ${count(this.#checks)} numbers, the worst is off by ${this.#worst.toFixed(1)} times what is allowed.`;
		return { ok, worst: this.#worst, checks: this.#checks, sentence };
	}
}
