/**
 * The part of Python's pickle that PyTorch writes for a dictionary of tensors, read as data: nothing is ever
 * looked up, imported or called. A pickle names functions to be called; three harmless ones are known here and
 * answered by code of our own, any other ends the reading.
 * Format: https://github.com/python/cpython/blob/main/Lib/pickletools.py.
 */
import { Problem } from '../../../src/core/names/errors';

/** A function or class that a pickle names. */
export class PickledGlobal {
	constructor(readonly name: string) {}
}

/** A tensor as the pickle describes it; its numbers lie in a file of the archive. */
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

const LONGEST = 64_000_000;
const MOST_STEPS = 500_000;
const KINDS = /^torch\.(Float|Double|Half|BFloat16|Long|Int|Short|Char|Byte|Bool)Storage$/;
const CALLED = [
	'torch._utils._rebuild_tensor_v2',
	'torch._utils._rebuild_parameter',
	'collections.OrderedDict'
];
const MARK = Symbol('mark');

/** Throws a Problem for a pickle that names anything but tensors, or is damaged. */
export function parsePickle(bytes: Uint8Array): PickledValue {
	if (bytes.length > LONGEST) throw damaged('is too long');
	return new Reader(bytes).run();
}

class Reader {
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	#at = 0;
	#steps = 0;
	readonly #stack: (PickledValue | typeof MARK)[] = [];
	readonly #memo = new Map<number, PickledValue>();

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	run(): PickledValue {
		for (;;) {
			const opcode = this.#number(1);
			if (opcode === 0x2e) return this.#pop();
			this.#spend(1);
			this.#step(opcode);
		}
	}

	/** A few bytes can ask for the same long list again and again: every pass over one is counted. */
	#spend(steps: number): void {
		this.#steps += steps;
		if (this.#steps > MOST_STEPS) throw damaged('asks for more work than any SAE needs');
	}

	#step(opcode: number): void {
		const push = (value: PickledValue | typeof MARK) => void this.#stack.push(value);
		switch (String.fromCharCode(opcode)) {
			case '\x80': {
				const version = this.#number(1);
				if (version < 2 || version > 5) throw damaged(`is of protocol ${version}`);
				return;
			}
			case '\x95':
				return void this.#take(8);
			case '(':
				return push(MARK);
			case 'N':
				return push(null);
			case '\x88':
				return push(true);
			case '\x89':
				return push(false);
			case 'K':
				return push(this.#number(1));
			case 'M':
				return push(this.#number(2));
			case 'J':
				return push(this.#number(4) | 0);
			case '\x8a':
				return push(this.#long(this.#number(1)));
			case 'G':
				return push(this.#viewOf(8).getFloat64(0, false));
			case 'X':
				return push(this.#text(this.#number(4)));
			case '\x8c':
				return push(this.#text(this.#number(1)));
			case 'U':
				return push(this.#text(this.#number(1)));
			case '}':
				return push(new Map());
			case ']':
			case ')':
				return push([]);
			case 't':
				return push(this.#marked());
			case '\x85':
				return push(this.#last(1));
			case '\x86':
				return push(this.#last(2));
			case '\x87':
				return push(this.#last(3));
			case 'l':
				return push(this.#marked());
			case 'a':
				return this.#append(this.#last(1));
			case 'e':
				return this.#append(this.#marked());
			case 's':
				return this.#set(this.#last(2));
			case 'u':
				return this.#set(this.#marked());
			case 'q':
				return void this.#memo.set(this.#number(1), this.#top());
			case 'r':
				return void this.#memo.set(this.#number(4), this.#top());
			case '\x94':
				return void this.#memo.set(this.#memo.size, this.#top());
			case 'h':
				return push(this.#remembered(this.#number(1)));
			case 'j':
				return push(this.#remembered(this.#number(4)));
			case 'c':
				return push(named(`${this.#line()}.${this.#line()}`));
			case '\x93': {
				const [module, name] = this.#last(2);
				return push(named(`${text(module)}.${text(name)}`));
			}
			case 'Q':
				return push(storage(this.#pop()));
			case 'R': {
				const [called, values] = this.#last(2) as [PickledValue, PickledValue];
				const [first] = Array.isArray(values) ? values : [];
				if (Array.isArray(first)) this.#spend(first.length);
				return push(answer(called, values));
			}
			case 'b': {
				// What `state_dict` leaves on its dictionary beside the tensors (versions of modules).
				const [target, state] = this.#last(2);
				if (!(state instanceof Map) || !(target instanceof Map))
					throw damaged('sets the state of something that has none');
				return push(target);
			}
			default:
				throw refused(`an instruction that no file of tensors needs (${opcode})`);
		}
	}

	#take(n: number): number {
		const start = this.#at;
		if (n > this.#bytes.length - start) throw damaged('was cut short');
		this.#at += n;
		return start;
	}

	#viewOf(n: number): DataView {
		return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#take(n), n);
	}

	#number(width: 1 | 2 | 4): number {
		const at = this.#take(width);
		if (width === 1) return this.#view.getUint8(at);
		return width === 2 ? this.#view.getUint16(at, true) : this.#view.getUint32(at, true);
	}

	/** A whole number of n bytes, two's complement. */
	#long(n: number): number {
		const start = this.#take(n);
		let value = 0n;
		for (let i = n - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[start + i]!);
		const signed = BigInt.asIntN(8 * n, value);
		const found = Number(signed);
		if (!Number.isSafeInteger(found)) throw damaged('holds a number too large');
		return found;
	}

	#text(n: number): string {
		const start = this.#take(n);
		return new TextDecoder().decode(this.#bytes.subarray(start, start + n));
	}

	#line(): string {
		const end = this.#bytes.indexOf(10, this.#at);
		if (end < 0 || end - this.#at > 400) throw damaged('was cut short');
		const line = this.#text(end - this.#at);
		this.#at++;
		return line;
	}

	#top(): PickledValue {
		const value = this.#stack.at(-1);
		if (value === undefined || value === MARK) throw damaged('takes a value that is not there');
		return value;
	}

	#pop(): PickledValue {
		const value = this.#top();
		this.#stack.pop();
		return value;
	}

	#last(n: number): PickledValue[] {
		const values: PickledValue[] = [];
		for (let i = 0; i < n; i++) values.unshift(this.#pop());
		return values;
	}

	/** Everything above the last mark, which goes too. */
	#marked(): PickledValue[] {
		const mark = this.#stack.lastIndexOf(MARK);
		if (mark < 0) throw damaged('takes a value that is not there');
		return this.#stack.splice(mark).slice(1) as PickledValue[];
	}

	#remembered(index: number): PickledValue {
		if (!this.#memo.has(index)) throw damaged('recalls a value that is not there');
		return this.#memo.get(index)!;
	}

	#append(values: PickledValue[]): void {
		const list = this.#top();
		if (!Array.isArray(list)) throw damaged('appends to something that is no list');
		for (const value of values) list.push(value);
	}

	#set(pairs: PickledValue[]): void {
		const map = this.#top();
		if (!(map instanceof Map) || pairs.length % 2)
			throw damaged('fills something that is no dictionary');
		for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i]!, pairs[i + 1]!);
	}
}

/** A name is only ever compared, never looked up. */
function named(name: string): PickledGlobal {
	if (CALLED.includes(name) || KINDS.test(name)) return new PickledGlobal(name);
	throw refused(`"${name.slice(0, 80)}"`);
}

function answer(called: PickledValue, values: PickledValue): PickledValue {
	if (!(called instanceof PickledGlobal) || !Array.isArray(values))
		throw damaged('calls something that is no function');
	if (called.name === 'torch._utils._rebuild_tensor_v2') return tensor(values);
	if (called.name === 'torch._utils._rebuild_parameter') {
		if (values[0] instanceof PickledTensor) return values[0];
		throw damaged('has a parameter that is no tensor');
	}
	if (called.name === 'collections.OrderedDict') return ordered(values);
	throw refused(`a call of "${called.name.slice(0, 80)}"`);
}

function tensor([storage, offset, shape, stride]: PickledValue[]): PickledTensor {
	if (!(storage instanceof PickledStorage) || !isCount(offset))
		throw damaged('has a tensor without numbers');
	if (!isCounts(shape) || !isCounts(stride) || shape.length !== stride.length)
		throw damaged('has a tensor without a usable shape');
	return new PickledTensor(storage, offset, shape, stride);
}

function ordered([pairs = []]: PickledValue[]): Map<PickledValue, PickledValue> {
	if (!Array.isArray(pairs)) throw damaged('fills a dictionary with something else than pairs');
	return new Map(
		pairs.map((pair) => {
			if (Array.isArray(pair) && pair.length === 2) return [pair[0]!, pair[1]!];
			throw damaged('fills a dictionary with something else than pairs');
		})
	);
}

function storage(id: PickledValue): PickledStorage {
	const [word, kind, key, , length] = Array.isArray(id) ? id : [];
	const match = kind instanceof PickledGlobal ? KINDS.exec(kind.name) : null;
	if (word !== 'storage' || !match || typeof key !== 'string' || !isCount(length))
		throw damaged('has a tensor without numbers');
	return new PickledStorage(match[1]!, key, length);
}

function text(value: PickledValue | undefined): string {
	if (typeof value === 'string') return value;
	throw damaged('names something by no name');
}

const isCount = (value: PickledValue | undefined): value is number =>
	typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** At most 8 axes. */
const isCounts = (value: PickledValue | undefined): value is number[] =>
	Array.isArray(value) && value.length <= 8 && value.every(isCount);

/** How anybody with PyTorch turns the file into one that names no functions at all. */
export const CONVERSION_HINT =
	'Convert it where you trust it: python -c "import torch, safetensors.torch as s; ' +
	"s.save_file({k: v.contiguous() for k, v in torch.load('ae.pt', map_location='cpu', weights_only=True)" +
	".items() if torch.is_tensor(v)}, 'ae.safetensors')\"";

function refused(what: string): Problem {
	return new Problem(
		'unsupported',
		`The file of tensors asks for ${what}, and nothing in such a file is ever run here.`,
		`${CONVERSION_HINT}.`
	);
}

function damaged(what: string): Problem {
	return new Problem(
		'pack-damaged',
		`The description of tensors in the file ${what}.`,
		'Download it again.'
	);
}
