/** The probes of one kind of unit: chosen, fitted, and measured on documents held out. */
import { seeded, shuffle } from '../../../math/random';
import { fitLinear, type Linear } from './logistic';
import type { ProbedUnits, ProbeRow } from './probes';
import { tally, intervalOf, nothing, scoreOf, sumOf, type Confusion } from './scores';
import { columnsOf, labelsOf, picker, rankedUnits, SELECTORS, type Units } from './selectors';

/** Labels of tokens, the document of each, and which documents are held out. */
export interface Task {
	labels: Uint8Array;
	documents: Uint32Array;
	held: Uint8Array;
}

const SHUFFLES = 99;
/** L2 penalty of C = 1: Σ c·ℓ / n + ‖w‖² / 2n. */
const penalty = (n: number) => 1 / n;

interface Plan {
	k: number;
	seed: number;
	name: (unit: number) => string;
	/** Called between two pieces of work, with how many of how many are done. */
	pause: (done: number, total: number) => Promise<void>;
}

export async function probe(
	kind: ProbedUnits['kind'],
	units: Units,
	task: Task,
	{ k, seed, name, pause }: Plan
): Promise<ProbedUnits> {
	const { labels, documents } = task;
	const train = Uint8Array.from(documents, (document) => (task.held[document] ? 0 : 1));
	const held = train.map((one) => 1 - one);
	const total = SELECTORS.length + SHUFFLES;
	await pause(0, total);
	const orders = rankedUnits(units, { labels, used: train }, k);
	const selectors: ProbedUnits['selectors'] = [];
	for (const [i, selector] of SELECTORS.entries()) {
		await pause(i, total);
		const order = orders.get(selector)!.slice(0, k);
		const rows = ksUpTo(order.length).map((size) =>
			rowOf(size, order.slice(0, size), units, task, train, held, seed)
		);
		selectors.push({ by: selector, units: order.map(name), rows });
	}
	const pick = picker(units, train);
	const uniform = seeded(seed + 1);
	const shuffled: number[] = [];
	for (let i = 0; i < SHUFFLES; i++) {
		await pause(SELECTORS.length + i, total);
		const dealt = shuffledLabels(shuffledLabels(labels, train, uniform), held, uniform);
		const best = pick(dealt);
		const chosen = best === null ? [] : [best];
		shuffled.push(f1Of(chosen, units, { ...task, labels: dealt }, train, held));
	}
	const own = selectors.find((one) => one.by === 'mean difference')!.rows[0]?.f1 ?? 0;
	const better = shuffled.filter((f1) => f1 >= own).length;
	return {
		kind,
		n: labels.length,
		selectors,
		shuffled: shuffled.toSorted((a, b) => a - b),
		p: (better + 1) / (SHUFFLES + 1)
	};
}

/** 1 to 8, then every fourth. */
const ksUpTo = (most: number): number[] =>
	Array.from({ length: most }, (_, i) => i + 1).filter((k) => k <= 8 || k % 4 === 0 || k === most);

function fitted(chosen: number[], units: Units, labels: Uint8Array, train: Uint8Array) {
	const { x, scale } = columnsOf(units, chosen, train);
	const y = labelsOf({ labels, used: train });
	const model = fitLinear(x, y, { loss: 'logistic', l1: 0, l2: penalty(x.n) });
	return { model, x, y, scale };
}

/** What a model says of each sample: more likely than not. */
function said({ w, b }: Linear, x: ReturnType<typeof columnsOf>['x']): (i: number) => boolean {
	return (i) => {
		let score = b;
		for (let j = 0; j < x.m; j++) score += w[j]! * x.data[j * x.n + i]!;
		return score > 0;
	};
}

function rowOf(
	k: number,
	chosen: number[],
	units: Units,
	task: Task,
	train: Uint8Array,
	held: Uint8Array,
	seed: number
): ProbeRow {
	const { model, x, y, scale } = fitted(chosen, units, task.labels, train);
	const learned = nothing();
	const isPositive = said(model, x);
	y.forEach((label, i) => tally(learned, isPositive(i), label === 1));
	const parts = documentsOf(model, columnsOf(units, chosen, held, scale).x, task, held);
	return {
		k,
		...scoreOf(sumOf(parts)),
		f1_train: scoreOf(learned).f1,
		interval: intervalOf(parts, seed)
	};
}

/** What a model gets right and wrong in each held-out document. */
function documentsOf(
	model: Linear,
	x: ReturnType<typeof columnsOf>['x'],
	{ labels, documents }: Task,
	held: Uint8Array
): Confusion[] {
	const parts = new Map<number, Confusion>();
	const isPositive = said(model, x);
	let i = 0;
	held.forEach((one, t) => {
		if (!one) return;
		const document = documents[t]!;
		const part = parts.get(document) ?? nothing();
		parts.set(document, part);
		tally(part, isPositive(i++), labels[t] === 1);
	});
	return [...parts.values()];
}

/** Held-out F1 of a probe on these units. */
function f1Of(
	chosen: number[],
	units: Units,
	task: Task,
	train: Uint8Array,
	held: Uint8Array
): number {
	if (chosen.length === 0) return 0;
	const { model, scale } = fitted(chosen, units, task.labels, train);
	const x = columnsOf(units, chosen, held, scale).x;
	return scoreOf(sumOf(documentsOf(model, x, task, held))).f1;
}

/** The labels of some tokens, dealt out anew among them. */
function shuffledLabels(labels: Uint8Array, among: Uint8Array, uniform: () => number): Uint8Array {
	const own = labels.filter((_, t) => among[t]);
	shuffle(own, uniform);
	let next = 0;
	return labels.map((label, t) => (among[t] ? own[next++]! : label));
}
