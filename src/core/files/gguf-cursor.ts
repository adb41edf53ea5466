/** Reads what a GGUF header is made of, one after the other. */
import { Problem } from '../names/errors';

export type GgufValue = number | boolean | string | readonly string[] | readonly number[];

const STRING = 8;
const ARRAY = 9;
/** Elements of all arrays together: a vocabulary has four, of at most about 500,000. */
const MOST_ELEMENTS = 2_000_000;
const LONGEST_TEXT = 16_000_000;

/** Numbers by GGUF's types: bytes, and how they are read. */
const NUMBERS: Record<number, [number, (view: DataView, at: number) => number]> = {
	0: [1, (view, at) => view.getUint8(at)],
	1: [1, (view, at) => view.getInt8(at)],
	2: [2, (view, at) => view.getUint16(at, true)],
	3: [2, (view, at) => view.getInt16(at, true)],
	4: [4, (view, at) => view.getUint32(at, true)],
	5: [4, (view, at) => view.getInt32(at, true)],
	6: [4, (view, at) => view.getFloat32(at, true)],
	7: [1, (view, at) => view.getUint8(at)],
	10: [8, (view, at) => view.getUint32(at, true) + 2 ** 32 * view.getUint32(at + 4, true)],
	11: [8, (view, at) => view.getUint32(at, true) + 2 ** 32 * view.getInt32(at + 4, true)],
	12: [8, (view, at) => view.getFloat64(at, true)]
};
const BOOLEAN = 7;

export class GgufCursor {
	/** The byte that comes next. */
	at = 0;
	/** Whether more was asked for than there is: what was answered since means nothing. */
	isSpent = false;
	readonly #bytes: Uint8Array;
	readonly #view: DataView;
	readonly #utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
	#elements = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
		this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	}

	u32(): number {
		return this.#number(4);
	}

	u64(): number {
		return this.#number(10);
	}

	/** So many bytes as Latin letters. */
	letters(count: number): string {
		return this.#take(count)
			? String.fromCharCode(...this.#bytes.subarray(this.at - count, this.at))
			: '';
	}

	string(): string {
		const length = this.u64();
		if (length > LONGEST_TEXT)
			throw damagedGguf('has a text longer than that of any model in its header');
		if (length === 0 || !this.#take(length)) return '';
		return this.#utf8.decode(this.#bytes.subarray(this.at - length, this.at));
	}

	/** A value of one of GGUF's types. Throws a Problem for a type that there is not, and for arrays of arrays. */
	value(type: number, key: string): GgufValue {
		if (this.isSpent) return 0;
		if (type === STRING) return this.string();
		if (type !== ARRAY) {
			if (!Object.hasOwn(NUMBERS, type)) throw this.#unknown(key);
			const number = this.#number(type);
			return type === BOOLEAN ? number !== 0 : number;
		}
		const [inner, count] = [this.u32(), this.u64()];
		if (this.isSpent) return 0;
		if (inner !== STRING && !Object.hasOwn(NUMBERS, inner)) throw this.#unknown(key);
		this.#elements += count;
		if (this.#elements > MOST_ELEMENTS)
			throw damagedGguf('has lists in its header that are longer than those of any model');
		return inner === STRING
			? this.#list(count, () => this.string())
			: this.#list(count, () => this.#number(inner));
	}

	/** Grows with what is read, not with what is announced. */
	#list<T>(count: number, read: () => T): T[] {
		const out: T[] = [];
		for (let i = 0; i < count && !this.isSpent; i++) out.push(read());
		return out;
	}

	#number(type: number): number {
		const [bytes, read] = NUMBERS[type]!;
		return this.#take(bytes) ? read(this.#view, this.at - bytes) : 0;
	}

	#take(bytes: number): boolean {
		if (this.isSpent || bytes > this.#bytes.length - this.at) {
			this.isSpent = true;
			return false;
		}
		this.at += bytes;
		return true;
	}

	#unknown(key: string): Problem {
		return damagedGguf(`says ${key.slice(0, 80)} in a form that is not known`);
	}
}

/** Of a GGUF file: `what` completes the sentence. */
export function damagedGguf(what: string): Problem {
	return new Problem('pack-damaged', `This GGUF file ${what}.`, 'Download or make it again.');
}
