/** Activations of many texts, mixed: tokens of one text, which resemble each other, are not learned from at once. */

export class ShuffleBuffer {
	readonly #rows: Float32Array;
	#count = 0;

	/** Room for so many rows of `d` numbers. Throws a RangeError where there is no memory for them. */
	constructor(
		readonly capacity: number,
		readonly d: number,
		private readonly uniform: () => number
	) {
		this.#rows = new Float32Array(capacity * d);
	}

	/** Rows that are held. */
	get count(): number {
		return this.#count;
	}

	/** The rows that are held, in no order. */
	get rows(): Float32Array {
		return this.#rows.subarray(0, this.#count * this.d);
	}

	/** Adds rows `[n × d]` as far as there is room, and returns how many were. */
	add(rows: Float32Array): number {
		const n = Math.min(rows.length / this.d, this.capacity - this.#count);
		this.#rows.set(rows.subarray(0, n * this.d), this.#count * this.d);
		this.#count += n;
		return n;
	}

	/** Takes `n` rows out by chance, `[n × d]`. */
	draw(n: number): Float32Array {
		const { d } = this;
		const out = new Float32Array(n * d);
		for (let i = 0; i < n; i++) {
			const at = Math.floor(this.uniform() * this.#count--) * d;
			out.set(this.#rows.subarray(at, at + d), i * d);
			this.#rows.copyWithin(at, this.#count * d, (this.#count + 1) * d);
		}
		return out;
	}
}

/**
 * The same numbers with each column in an order of its own, `[n × d]`: every direction keeps what it holds, and what
 * directions have to do with one another is gone. What an SAE finds in there is chance.
 */
export function shuffledColumns(x: Float32Array, d: number, uniform: () => number): Float32Array {
	const out = x.slice();
	for (let c = 0; c < d; c++)
		for (let t = x.length / d - 1; t > 0; t--) {
			const other = Math.floor(uniform() * (t + 1));
			const value = out[t * d + c]!;
			out[t * d + c] = out[other * d + c]!;
			out[other * d + c] = value;
		}
	return out;
}
