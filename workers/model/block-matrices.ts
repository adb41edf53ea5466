/** Weights that are stored in blocks, laid out as the runtime multiplies by blocks: without rounding anything again. */
import type { BlockType } from '../../src/core/files/blocks';
import { float32Bytes, halfValues } from '../../src/core/files/dtypes';
import { chunksFrom, computedFile, partOf, type OpenFile } from '../../src/core/files/open-file';
import { blocksIn, scaleOf, shapeOf, type Safetensors } from '../../src/core/files/safetensors';
import { BLOCK, type BlockMatrix } from '../graph/block-products';
import type { Weight } from '../graph/graph';
import type { SessionFiles } from '../runtime/session';
import { transposedFile } from './transposed';

/** How one matrix is stored. */
interface Source {
	bits: 4 | 8;
	hasMin: boolean;
	shape: [number, number];
	stored: OpenFile;
	/** Bytes that become a block. */
	bytes: number;
	/** Writes the integers of the block at byte `at`, each above zero. */
	integers(block: Uint8Array, at: number, out: Uint8Array, to: number): void;
	/** Scale and min of block number i, which begins at byte `at`. */
	scale(block: Uint8Array, at: number, i: number): number;
	min(block: Uint8Array, at: number): number;
}

const half = (bytes: Uint8Array, at: number): number =>
	halfValues()[bytes[at]! | (bytes[at + 1]! << 8)]!;

type Kind = Omit<Source, 'shape' | 'stored'>;

const fours = (hasMin: boolean): Kind => {
	const from = hasMin ? 4 : 2;
	return {
		bits: 4,
		hasMin,
		bytes: from + 16,
		scale: half,
		// Stored integers count from 0, the runtime's from −8.
		min: (block, at) => half(block, at + 2) + 8 * half(block, at),
		// GGUF has numbers i and i + 16 in a byte, the runtime 2i and 2i + 1.
		integers(block, at, out, to) {
			for (let i = 0; i < 8; i++) {
				const [a, b] = [block[at + from + 2 * i]!, block[at + from + 2 * i + 1]!];
				out[to + i] = (a & 15) | ((b & 15) << 4);
				out[to + 8 + i] = (a >> 4) | (b & 0xf0);
			}
		}
	};
};

const eights = (from: number, scale: Source['scale']): Kind => ({
	bits: 8,
	hasMin: false,
	bytes: from + BLOCK,
	scale,
	min: () => 0,
	integers(block, at, out, to) {
		for (let i = 0; i < BLOCK; i++) out[to + i] = block[at + from + i]! ^ 0x80;
	}
});

const KINDS: Partial<Record<BlockType, Kind>> = {
	q4_0: fours(false),
	q4_1: fours(true),
	q8_0: eights(2, half)
};

/** How a tensor is stored, where that is in blocks of a kind that the runtime has; null elsewhere. */
function sourceOf(file: Safetensors, name: string): Source | null {
	const range = file.range(name);
	const type = blocksIn(range, name);
	const stored = partOf(file.file, range.from, range.to);
	const [rows, columns] = shapeOf(file, name) as [number, number];
	const kind = type ? KINDS[type] : range.dtype === 'I8' ? int8(file, name) : null;
	return kind && columns % BLOCK === 0 ? { ...kind, shape: [rows, columns], stored } : null;
}

/** int8 whose rows have a scale each, as blocks that have it in common; null where columns have. */
function int8(file: Safetensors, name: string): Kind | null {
	const { shape } = file.range(name);
	if (file.range(`${name}.scale`).shape[1] !== 1) return null;
	const scale = scaleOf(file, name, shape);
	return eights(0, (_block, _at, i) => scale(i * BLOCK));
}

/**
 * Matrices that have their inputs in common, one below the other, for products with blocks; null unless all are stored in
 * blocks of one kind that the runtime has. Their files go to `files`.
 */
export function blockMatrix(
	names: string[],
	stored: { file: Safetensors; there: string }[],
	files: SessionFiles
): BlockMatrix | null {
	const sources = stored.map(({ file, there }) => sourceOf(file, there));
	const first = sources[0]!;
	const isAlike = (source: Source | null): source is Source =>
		source !== null && source.bits === first?.bits && source.hasMin === first.hasMin;
	if (!sources.every(isAlike)) return null;
	const { bits, hasMin } = first;
	const columns = first.shape[1];
	const rows = sources.reduce((sum, { shape }) => sum + shape[0], 0);
	const across = columns / BLOCK;
	const key = names.join(' ');
	const place = (
		as: string,
		what: string,
		type: Weight['type'],
		shape: number[],
		make: () => OpenFile
	): Weight => {
		const file = (files[`${key} ${what}`] ??= make());
		const name = `${key} ${as}`;
		return { name, type, shape, file: `${key} ${what}`, offset: 0, length: file.size };
	};
	const scales = () => float32File(sources, (source, block, at, i) => source.scale(block, at, i));
	const minsOf = (source: Source) => float32File([source], (_, block, at) => source.min(block, at));
	const turnedMins = () =>
		transposedFile(
			sources.map((source) => ({ file: minsOf(source), shape: [source.shape[0], across] }))
		);
	const mins = () => float32File(sources, (source, block, at) => source.min(block, at));
	return {
		bits,
		shape: [rows, columns],
		q: place('q', 'q', 'uint8', [rows, across, 4 * bits], () => integerFile(sources)),
		scales: place('scales', 'scales', 'float32', [rows, across], scales),
		mins: hasMin ? place('mins', 'turned mins', 'float32', [across, rows], turnedMins) : null,
		asTable: () => ({
			scales: place('table scales', 'scales', 'float32', [rows, across, 1], scales),
			mins: hasMin ? place('table mins', 'mins', 'float32', [rows, across, 1], mins) : null
		})
	};
}

const blocksOf = ({ shape }: Source): number => (shape[0] * shape[1]) / BLOCK;

function integerFile(sources: Source[]): OpenFile {
	const width = 4 * sources[0]!.bits;
	const count = sources.reduce((sum, source) => sum + blocksOf(source), 0);
	return computedFile(count * width, () => {
		const out = new Uint8Array(count * width);
		eachBlock(sources, (source, block, at, i) => source.integers(block, at, out, i * width));
		return out;
	});
}

/** A number of each block. */
function float32File(
	sources: Source[],
	number: (source: Source, block: Uint8Array, at: number, i: number) => number
): OpenFile {
	const count = sources.reduce((sum, source) => sum + blocksOf(source), 0);
	return computedFile(4 * count, () => {
		const out = new Float32Array(count);
		eachBlock(sources, (source, block, at, i, own) => (out[i] = number(source, block, at, own)));
		return float32Bytes(out);
	});
}

/** `i` counts the blocks of all, `own` those of its matrix. */
function eachBlock(
	sources: Source[],
	use: (source: Source, block: Uint8Array, at: number, i: number, own: number) => void
): void {
	let i = 0;
	for (const source of sources) {
		let own = 0;
		for (const chunk of chunksFrom(source.stored, 0, source.stored.size, source.bytes))
			for (let at = 0; at < chunk.length; at += source.bytes) use(source, chunk, at, i++, own++);
	}
}
