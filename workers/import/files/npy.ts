/**
 * NumPy's `.npy` arrays and `.npz` archives of them.
 * Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 */
import { toFloat32 } from '../../../src/core/files/dtypes';
import type { Floats } from '../../../src/core/files/safetensors';
import { damagedFile } from './damaged-file';
import { tensorTable, transpose, withUnread, type TensorTable } from './tensor-table';
import { ZipReader } from './zip-reader';

const DTYPES = { '<f2': ['F16', 2], '<f4': ['F32', 4], '<f8': ['F64', 8] } as const;
const LONGEST_HEADER = 10_000;
/** Trained weights shrink by a few percent. */
const LARGEST_RATIO = 8;
const ALWAYS_ALLOWED = 16_000_000;

/** The arrays of an archive; of formats other than floating-point numbers, only their names. */
export async function npzTable(file: string, bytes: Uint8Array): Promise<TensorTable> {
	const zip = await ZipReader.open(bytes);
	const arrays = zip.names.filter((name) => name.endsWith('.npy'));
	const unpacked = arrays.reduce((sum, name) => sum + zip.sizeOf(name), 0);
	// All of them are in memory together, so that what one may grow by is too much for each.
	if (unpacked > ALWAYS_ALLOWED + LARGEST_RATIO * bytes.length)
		throw damagedFile(file, `would grow from ${bytes.length} to ${unpacked} bytes`);
	const tensors = new Map<string, Floats>();
	const others = new Map<string, string>();
	for (const name of arrays) {
		const content = await zip.read(name);
		const array = parseNpy(content, file);
		if (array) tensors.set(name.slice(0, -4), array);
		else others.set(name.slice(0, -4), npyFormat(content));
	}
	return withUnread(
		tensorTable(file, tensors),
		others,
		'Save it again after .astype(numpy.float32).'
	);
}

/** NumPy's word for the numbers of an array. */
function npyFormat(bytes: Uint8Array): string {
	const text = new TextDecoder('latin1').decode(bytes.subarray(0, LONGEST_HEADER));
	const format = /'descr': '([^']{1,20})'/.exec(text)?.[1] ?? '?';
	// It has no bfloat16: extensions of it write two bytes without a meaning.
	return `NumPy's ${format}${format.endsWith('V2') ? ' (as bfloat16 is written)' : ''}`;
}

/** null for an array of anything but floating-point numbers. Throws a Problem when it is damaged. */
export function parseNpy(bytes: Uint8Array, file = 'of an array'): Floats | null {
	const damaged = (what: string) => damagedFile(file, `holds an array that ${what}`);
	const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
	if (bytes.length < 12 || magic.some((byte, i) => bytes[i] !== byte))
		throw damaged('is not in the format of NumPy');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const wide = bytes[6]! > 1;
	const start = wide ? 12 : 10;
	const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
	if (length > LONGEST_HEADER || start + length > bytes.length)
		throw damaged('is shorter than its header says');
	const header = new TextDecoder().decode(bytes.subarray(start, start + length));
	// A Python dictionary: NumPy writes exactly this form, and no other is read.
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
	if (shape.length > 8 || data.length !== size)
		throw damaged('has another length than its shape says');
	const numbers = toFloat32(dtype[0], data)!;
	const turned = match[2] === 'True' && shape.length > 1;
	if (turned && shape.length > 2) throw damaged('is in Fortran order with more than two axes');
	return { shape, data: turned ? transpose(numbers, shape[1]!, shape[0]!) : numbers };
}
