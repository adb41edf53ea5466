/** Opens a micro pack with its goldens; `close` by letting it go. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { float32, integers, parseSafetensors } from '../../src/core/files/safetensors';
import { FolderSource } from '../../workers/node/folders/pack-source';
import { startRuntime } from '../../workers/runtime/session';
import { Workbench } from '../../workers/packs/open-pack';

export interface Golden {
	prompts: Record<string, { text: string | null; ids: number[] }>;
	stride: number;
	tokenization: { text: string; ids: number[] }[];
	decode: Record<string, { ids: number[] }>;
	steer: {
		prompt: string;
		cases: { name: string; edits: string[]; ids: number[]; edge: number | null }[];
	};
	/** Of `families.py` only. */
	quirks: { config: Record<string, unknown> }[];
	origins: Record<string, { origin: (string | null)[]; from: string[][]; missing: string[][] }>;
}

export const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');

export async function openFixture(name: string) {
	const folder = path.join(FIXTURES, name);
	const golden = JSON.parse(await readFile(path.join(folder, 'golden.json'), 'utf8')) as Golden;
	const bytes = await readFile(path.join(folder, 'golden.safetensors'));
	const tensors = parseSafetensors(new Uint8Array(bytes));
	await startRuntime(null);
	const bench = await Workbench.open(await FolderSource.open(folder), false);
	return {
		folder,
		golden,
		bench,
		has: (key: string) => tensors.has(key),
		names: [...tensors.names],
		floats: (key: string) => float32(tensors, key).data,
		integers: (key: string) => integers(tensors, key)
	};
}

/**
 * Largest |found − expected| over what is allowed, 1e-4 × rms + 1e-5 × |expected|: at most 1 where
 * the two agree.
 */
export function worst(found: ArrayLike<number>, expected: ArrayLike<number>): number {
	if (found.length !== expected.length) return Infinity;
	let square = 0;
	for (let i = 0; i < expected.length; i++) square += expected[i]! ** 2;
	const rms = Math.sqrt(square / expected.length);
	let result = 0;
	for (let i = 0; i < expected.length; i++) {
		const allowed = 1e-4 * rms + 1e-5 * Math.abs(expected[i]!);
		const off = Math.abs(found[i]! - expected[i]!) / allowed;
		result = Math.max(result, Number.isNaN(off) ? Infinity : off);
	}
	return result;
}

/** Every `stride`-th column of a matrix. */
export function columns(matrix: Float32Array, width: number, stride: number): Float32Array {
	return matrix.filter((_, i) => (i % width) % stride === 0);
}
