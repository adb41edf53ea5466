/**
 * NumPy's `.npy` arrays and `.npz` archives of them.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */
import { Problem } from '../../../src/core/names/errors';
import { toFloat32, type Floats } from '../../../src/core/files/safetensors';
import { tensorTable, transpose, type TensorTable } from './tensor-table';
import { ZipReader } from './zip-reader';

const DTYPES = { '<f2': ['F16', 2], '<f4': ['F32', 4], '<f8': ['F64', 8] } as const;
const LONGEST_HEADER = 10_000;

/** An archive's decimal arrays; those of other kinds are passed over. */
export async function npzTable(file: string, bytes: Uint8Array): Promise<TensorTable> {
	const zip = await ZipReader.open(bytes);
	const tensors = new Map<string, Floats>();
	for (const name of zip.names) {
		const found = name.endsWith('.npy') ? parseNpy(await zip.read(name)) : null;
		if (found) tensors.set(name.slice(0, -4), found);
	}
	return tensorTable(file, tensors);
}

/** null for an array of something else than decimal numbers. Throws a Problem when it is damaged. */
export function parseNpy(bytes: Uint8Array): Floats | null {
	const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
	if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte))
		throw damaged('is no NumPy array');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const wide = bytes[6]! > 1;
	const start = wide ? 12 : 10;
	const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
	if (length > LONGEST_HEADER || start + length > bytes.length)
		throw damaged('announces a header longer than it is');
	const header = new TextDecoder().decode(bytes.subarray(start, start + length));
	// A Python dictionary of three entries; only this very form is written, and only it is read.
	const match =
		/^\{'descr': '([<>|=]\w{1,8})', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\),? *\}\s*$/.exec(
			header
		);
	if (!match) throw damaged('has a header that cannot be read');
	const dtype = DTYPES[match[1] as keyof typeof DTYPES] as (typeof DTYPES)['<f4'] | undefined;
	if (!dtype) return null;
	const shape = match[3]!
		.split(',')
		.filter((part) => part.trim() !== '')
		.map(Number);
	const data = bytes.subarray(start + length);
	const size = shape.reduce((product, n) => product * n, dtype[1]);
	if (shape.length > 8 || data.length !== size) throw damaged('is not as long as its shape says');
	const numbers = toFloat32(dtype[0], data)!;
	const turned = match[2] === 'True' && shape.length > 1;
	if (turned && shape.length > 2) throw damaged('has its axes in an order that is not supported');
	return { shape, data: turned ? transpose(numbers, shape[1]!, shape[0]!) : numbers };
}

function damaged(what: string): Problem {
	return new Problem('pack-damaged', `An array in the archive ${what}.`, 'Download it again.');
}
