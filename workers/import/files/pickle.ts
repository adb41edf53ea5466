/**
 * The part of Python's pickle that PyTorch writes for a dictionary of tensors, read as data: nothing is ever looked up,
 * imported or called. A pickle names functions to be called; three harmless ones are known here and answered by code
 * of our own, and any other ends the reading.
 * Format: https://github.com/python/cpython/blob/main/Lib/pickletools.py.
 */
import { Problem } from '../../../src/core/names/errors';

/** A function or class that a pickle names. */
export class PickledGlobal {
	constructor(readonly name: string) {}
}

/** A tensor as the pickle describes it; its numbers are in a file of the archive. */
export class PickledTensor {
	constructor(
		readonly storage: PickledStorage,
		/** In numbers, not bytes. */
		readonly offset: number,
		readonly shape: number[],
		readonly stride: number[]
	) {}
}

export class PickledStorage {
	constructor(
		/** `Float`, `Half`, … */
		readonly kind: string,
		/** Its file's name in the archive. */
		readonly key: string,
		readonly length: number
	) {}
}

export type PickledValue =
	| null
	| boolean
	| number
	| string
	| PickledGlobal
	| PickledStorage
	| PickledTensor
	| PickledValue[]
	| Map<PickledValue, PickledValue>;

/** Bytes. */
export const LONGEST_PICKLE = 64_000_000;
const MAX_STEPS = 500_000;
const STORAGE = /^torch\.(?:storage\.)?([A-Z][A-Za-z0-9_]{2,20})Storage$/;
const REBUILD_TENSOR = 'torch._utils._rebuild_tensor_v2';
/** Of numbers without a storage of their own, such as float8: the kind of number comes seventh. */
const REBUILD_OTHER = 'torch._utils._rebuild_tensor_v3';
const NUMBERS = /^torch\.([a-z]+\d+(?:_\w{1,20})?)$/;
const REBUILD_PARAMETER = 'torch._utils._rebuild_parameter';
const ORDERED_DICT = 'collections.OrderedDict';
const MARK = Symbol('mark');

/** What is on the stack. */
type Item = PickledValue | typeof MARK;

/** Throws a Problem for a pickle that names anything but tensors, or is damaged. */
export function parsePickle(bytes: Uint8Array): PickledValue {
	if (bytes.length > LONGEST_PICKLE) throw damaged('is too long');
	return new PickleReader(bytes).run();
}

class PickleReader {
	readonly #bytes: Uint8Array;
	#at = 0;
	#steps = 0;
	readonly #stack: Item[] = [];
	readonly #memo = new Map<number, PickledValue>();

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	/** What each opcode does; what it answers is pushed on the stack. */
	static readonly #opcodes = new Map<string, (r: PickleReader) => Item | void>([
		['\x80', (r) => r.#checkProtocol(r.#uint(1))],
		['\x95', (r) => void r.#take(8)],
		['(', () => MARK],
		['N', () => null],
		['\x88', () => true],
		['\x89', () => false],
		['K', (r) => r.#uint(1)],
		['M', (r) => r.#uint(2)],
		['J', (r) => r.#uint(4) | 0],
		['\x8a', (r) => r.#long(r.#uint(1))],
		['G', (r) => r.#take(8).getFloat64(0, false)],
		['X', (r) => r.#string(r.#uint(4))],
		['\x8c', (r) => r.#string(r.#uint(1))],
		['U', (r) => r.#string(r.#uint(1))],
		['}', () => new Map<PickledValue, PickledValue>()],
		[']', () => []],
		[')', () => []],
		['t', (r) => r.#popToMark()],
		['l', (r) => r.#popToMark()],
		['\x85', (r) => r.#popLast(1)],
		['\x86', (r) => r.#popLast(2)],
		['\x87', (r) => r.#popLast(3)],
		['a', (r) => r.#append(r.#popLast(1))],
		['e', (r) => r.#append(r.#popToMark())],
		['s', (r) => r.#setItems(r.#popLast(2))],
		['u', (r) => r.#setItems(r.#popToMark())],
		['q', (r) => void r.#memo.set(r.#uint(1), r.#top())],
		['r', (r) => void r.#memo.set(r.#uint(4), r.#top())],
		['\x94', (r) => void r.#memo.set(r.#memo.size, r.#top())],
		['h', (r) => r.#recall(r.#uint(1))],
		['j', (r) => r.#recall(r.#uint(4))],
		['c', (r) => globalOf([r.#line(), r.#line()])],
		['\x93', (r) => globalOf(r.#popLast(2))],
		['Q', (r) => storageOf(r.#pop())],
		['R', (r) => r.#call(r.#popLast(2))],
		['b', (r) => r.#build(r.#popLast(2))]
	]);

	run(): PickledValue {
		for (;;) {
			const opcode = this.#uint(1);
			if (opcode === 0x2e) return this.#pop();
			this.#countSteps(1);
			const step = PickleReader.#opcodes.get(String.fromCharCode(opcode));
			if (!step) throw forbidden(`an instruction that no file of tensors needs (${opcode})`);
			const value = step(this);
			if (value !== undefined) this.#stack.push(value);
		}
	}

	/** A few bytes can ask for the same long list again and again, so that every pass over one counts. */
	#countSteps(steps: number): void {
		this.#steps += steps;
		if (this.#steps > MAX_STEPS) throw damaged('takes more work than any SAE needs');
	}

	#checkProtocol(version: number): void {
		if (version < 2 || version > 5) throw damaged(`is of protocol ${version}`);
	}

	/** The next n bytes. */
	#take(n: number): DataView {
		const { buffer, byteOffset, length } = this.#bytes;
		if (n > length - this.#at) throw damaged('was cut short');
		this.#at += n;
		return new DataView(buffer, byteOffset + this.#at - n, n);
	}

	#uint(width: 1 | 2 | 4): number {
		const view = this.#take(width);
		if (width === 1) return view.getUint8(0);
		return width === 2 ? view.getUint16(0, true) : view.getUint32(0, true);
	}

	/** An integer of n bytes, two's complement. */
	#long(n: number): number {
		const view = this.#take(n);
		let bits = 0n;
		for (let i = n - 1; i >= 0; i--) bits = (bits << 8n) | BigInt(view.getUint8(i));
		const value = Number(BigInt.asIntN(8 * n, bits));
		if (!Number.isSafeInteger(value)) throw damaged('has a number too large');
		return value;
	}

	#string(n: number): string {
		return new TextDecoder().decode(this.#take(n));
	}

	#line(): string {
		const end = this.#bytes.indexOf(10, this.#at);
		if (end < 0 || end - this.#at > 400) throw damaged('was cut short');
		const line = this.#string(end - this.#at);
		this.#at++;
		return line;
	}

	#top(): PickledValue {
		const value = this.#stack.at(-1);
		if (value === undefined || value === MARK) throw damaged('takes a value that does not exist');
		return value;
	}

	#pop(): PickledValue {
		const value = this.#top();
		this.#stack.pop();
		return value;
	}

	#popLast(n: number): PickledValue[] {
		return Array.from({ length: n }, () => this.#pop()).reverse();
	}

	/** Everything above the last mark, which goes too. */
	#popToMark(): PickledValue[] {
		const mark = this.#stack.lastIndexOf(MARK);
		if (mark < 0) throw damaged('takes a value that does not exist');
		return this.#stack.splice(mark).slice(1) as PickledValue[];
	}

	#recall(index: number): PickledValue {
		const value = this.#memo.get(index);
		if (value === undefined) throw damaged('recalls a value that does not exist');
		return value;
	}

	#append(values: PickledValue[]): void {
		const list = this.#top();
		if (!Array.isArray(list)) throw damaged('appends to a value that is not a list');
		for (const value of values) list.push(value);
	}

	#setItems(pairs: PickledValue[]): void {
		const map = this.#top();
		if (!(map instanceof Map) || pairs.length % 2)
			throw damaged('sets items of a value that is not a dictionary');
		for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i]!, pairs[i + 1]!);
	}

	#call([called, values]: PickledValue[]): PickledValue {
		if (!(called instanceof PickledGlobal) || !Array.isArray(values))
			throw damaged('calls a value that is not a function');
		const [first = []] = values;
		if (Array.isArray(first)) this.#countSteps(first.length);
		if (called.name === REBUILD_TENSOR) return tensorOf(values);
		if (called.name === REBUILD_OTHER) return tensorOf(values, values[6]);
		if (called.name === REBUILD_PARAMETER && first instanceof PickledTensor) return first;
		if (called.name === ORDERED_DICT && Array.isArray(first) && first.every(isPair))
			return new Map(first);
		throw forbidden(`a call of "${called.name.slice(0, 80)}" with other than tensors`);
	}

	/** `state_dict` leaves versions of modules on its dictionary, which are not needed. */
	#build([target, state]: PickledValue[]): PickledValue {
		if (target instanceof Map && state instanceof Map) return target;
		throw damaged('sets the state of a value that has none');
	}
}

/** A name is only ever compared, never looked up. */
function globalOf([module, own]: PickledValue[]): PickledGlobal {
	if (typeof module !== 'string' || typeof own !== 'string')
		throw damaged('has a name that is not a string');
	const name = `${module}.${own}`;
	const known = [REBUILD_TENSOR, REBUILD_OTHER, REBUILD_PARAMETER, ORDERED_DICT].includes(name);
	if (known || STORAGE.test(name) || NUMBERS.test(name)) return new PickledGlobal(name);
	throw forbidden(`"${name.slice(0, 80)}"`);
}

function tensorOf(
	[storage, offset, shape, stride]: PickledValue[],
	numbers?: PickledValue
): PickledTensor {
	if (!(storage instanceof PickledStorage) || !isCount(offset))
		throw damaged('has a tensor without numbers');
	const kind = numbers instanceof PickledGlobal ? NUMBERS.exec(numbers.name)?.[1] : undefined;
	if (kind !== undefined)
		return tensorOf([
			new PickledStorage(kind, storage.key, storage.length),
			offset,
			shape!,
			stride!
		]);
	if (!isCounts(shape) || !isCounts(stride) || shape.length !== stride.length)
		throw damaged('has a tensor without a usable shape');
	return new PickledTensor(storage, offset, shape, stride);
}

function storageOf(id: PickledValue): PickledStorage {
	const [word, kind, key, , length] = Array.isArray(id) ? id : [];
	const match = kind instanceof PickledGlobal ? STORAGE.exec(kind.name) : null;
	if (word !== 'storage' || !match || typeof key !== 'string' || !isCount(length))
		throw damaged('has a tensor without numbers');
	return new PickledStorage(match[1]!, key, length);
}

const isPair = (value: PickledValue): value is [PickledValue, PickledValue] =>
	Array.isArray(value) && value.length === 2;

const isCount = (value: PickledValue | undefined): value is number =>
	typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** At most 8 axes. */
const isCounts = (value: PickledValue | undefined): value is number[] =>
	Array.isArray(value) && value.length <= 8 && value.every(isCount);

/** How anybody with PyTorch converts the file to one that names no functions at all. */
export const CONVERSION_HINT =
	'Convert it where you trust it: python -c "import torch, safetensors.torch as s; ' +
	"s.save_file({k: v.float().contiguous() for k, v in torch.load('ae.pt', map_location='cpu', weights_only=True)" +
	".items() if torch.is_tensor(v)}, 'ae.safetensors')\".";

const forbidden = (what: string) =>
	new Problem(
		'unsupported',
		`The file of tensors asks for ${what}, and nothing in such a file is ever run here.`,
		CONVERSION_HINT
	);

const damaged = (what: string) =>
	new Problem('pack-damaged', `The pickle in the file of tensors ${what}.`, 'Download it again.');
