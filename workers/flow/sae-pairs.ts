/** Whole dictionaries matched with one another, each pair once: best cosines, partners, correlations. */
import type { SaeId } from '../../src/core/names/ids';
import { assign } from '../../src/core/math/assignment';
import { Problem } from '../../src/core/names/errors';
import type { NullRow } from '../../src/core/flow/matches';
import type { Run } from '../../src/core/calls';
import { nullFrom, type Null } from '../../src/core/flow/matching';
import { row } from '../../src/core/math/matrix';
import { centred, haar, rotated } from '../../src/core/math/rotation';
import { DRAWS, Matcher, SEED, type Matches } from './matcher';
import type { Sae } from '../sae/sae';
import { once } from '../calls/once';
import { timeSlices } from '../runtime/time-slices';
import { unknownFeature, type Workbench } from '../packs/open-pack';

/** Best matches that are kept of each feature. */
const KEPT = 5;
/** Larger dictionaries are not assigned partners: the work grows with the cube. */
const MOST_ASSIGNED = 4096;
/** Milliseconds of work after which other work is let in. */
const SLICE = 20;

export class Pairs {
	readonly #matcher = new Matcher();
	readonly #nulls = new Map<SaeId, Promise<Null>>();
	readonly #best = new Map<string, Promise<Matches>>();
	readonly #partners = new Map<string, Promise<Int32Array>>();

	constructor(readonly bench: Workbench) {}

	/** The null of a target SAE: the pack's, or drawn once. */
	null(id: SaeId): Promise<Null> {
		const stored = this.bench.info(id)?.null;
		if (stored) return Promise.resolve(stored);
		return once(this.#nulls, id, async () => this.#matcher.null((await this.bench.sae(id)).unit));
	}

	/** The `KEPT` rows of `target` closest to each row of `from`. */
	best(from: SaeId, target: SaeId, run: Run): Promise<Matches> {
		const make = async () => {
			const [a, b] = await this.inOneSpace(from, target, run.signal);
			const onRows = (done: number) =>
				run.progress({ phase: 'match', what: from, done, total: a.unit.rows });
			return this.#matcher.best(a.unit, b.unit, KEPT, run.signal, onRows);
		};
		return once(this.#best, `${from} ${target}`, make, run.signal);
	}

	/**
	 * One partner in `target` for each feature of `from`, no partner twice: the permutation of SAE Match
	 * (arXiv 2410.07656), by decoder rows, which for JumpReLU are scaled by their thresholds first ("folding").
	 * Throws a Problem where the dictionaries are too large, or `from` is the larger.
	 */
	partners(from: SaeId, target: SaeId, run: Run): Promise<Int32Array> {
		const make = () => this.#assign(from, target, run);
		return once(this.#partners, `${from} ${target}`, make, run.signal);
	}

	/** Partners, or null where these dictionaries cannot have them. */
	partnersOrNone(...pair: Parameters<Pairs['partners']>): Promise<Int32Array | null> {
		return this.partners(...pair).catch((error: unknown) => {
			if (error instanceof Problem && error.code === 'unsupported') return null;
			throw error;
		});
	}

	async #assign(from: SaeId, target: SaeId, run: Run) {
		const [a, b] = await this.inOneSpace(from, target, run.signal);
		if (Math.max(a.wDec.rows, b.wDec.rows) > MOST_ASSIGNED)
			throw new Problem(
				'unsupported',
				`Partners are sought for up to ${MOST_ASSIGNED} features; here there are ${Math.max(a.wDec.rows, b.wDec.rows)}.`,
				'Compare by cosine or by correlation.'
			);
		if (a.wDec.rows > b.wDec.rows)
			throw new Problem(
				'unsupported',
				'The other dictionary is smaller, so not every feature can have a partner of its own there.',
				'Compare by cosine or by correlation.'
			);
		const steps = assign(await this.#closeness(a, b, run.signal), a.wDec.rows, b.wDec.rows);
		const pause = timeSlices(SLICE, run.signal);
		for (;;) {
			const step = steps.next();
			if (step.done) return step.value;
			if (await pause())
				run.progress({ phase: 'match', what: from, done: step.value, total: a.wDec.rows });
		}
	}

	/** x·y − ‖y‖²/2 for all rows: largest in sum where Σ‖x − y‖² is least. */
	async #closeness(a: Sae, b: Sae, signal?: AbortSignal): Promise<Float32Array> {
		const [x, y] = [a.folded, b.folded];
		const scores = await this.#matcher.scores(x, y, signal);
		const half = Float32Array.from(
			{ length: y.rows },
			(_, j) => row(y, j).reduce((sum, v) => sum + v * v, 0) / 2
		);
		return scores.map((score, i) => score - half[i % y.rows]!);
	}

	/** Two dictionaries that can be matched. Throws a Problem for one that is not there, and where their widths differ. */
	async inOneSpace(from: SaeId, target: SaeId, signal?: AbortSignal): Promise<[Sae, Sae]> {
		for (const id of [from, target]) if (!this.bench.info(id)) throw unknownFeature(id);
		const [a, b] = [await this.bench.sae(from, signal), await this.bench.sae(target, signal)];
		if (a.wDec.columns === b.wDec.columns) return [a, b];
		throw new Problem(
			'unsupported',
			`${from} and ${target} do not lie in one space (${a.wDec.columns} and ${b.wDec.columns} dimensions), so they cannot be compared.`,
			'Choose another dictionary.'
		);
	}

	/**
	 * The contract's null beside others to judge it by: rows of the other dictionary turned at random (they
	 * keep what they share among themselves), and both with the mean row taken off. Throws a Problem where the
	 * two do not lie in one space.
	 */
	async nulls({ from, target }: { from: SaeId; target: SaeId }, run: Run): Promise<NullRow[]> {
		const [first, second] = await this.inOneSpace(from, target);
		const [a, b] = [first.unit, second.unit];
		// The dictionary as it is and turned, and the draws: each twice.
		const total = 2 * (2 * a.rows + DRAWS);
		let before = 0;
		const onRows = (done: number) =>
			run.progress({ phase: 'match', what: from, done: before + done, total });
		const rows: NullRow[] = [];
		for (const mean of [false, true]) {
			const [x, y] = mean ? [centred(a), centred(b)] : [a, b];
			const real = (await this.#matcher.best(x, y, 1, run.signal, onRows)).cosines;
			before += x.rows;
			const turned = rotated(x, haar(x.columns, SEED));
			for (const draw of ['isotropic', 'rotated'] as const) {
				const chance =
					draw === 'isotropic'
						? await this.#matcher.null(y, run.signal, onRows)
						: nullFrom((await this.#matcher.best(turned, y, 1, run.signal, onRows)).cosines, SEED);
				before += draw === 'isotropic' ? DRAWS : turned.rows;
				const { median, q999 } = chance;
				const high = real.filter((cosine) => cosine > q999).length / real.length;
				const draws = draw === 'isotropic' ? DRAWS : turned.rows;
				rows.push({ draw, centred: mean, median, q999, draws, high });
			}
		}
		return rows;
	}
}
