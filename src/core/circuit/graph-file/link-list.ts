/** Links as they are read, in no more memory than so many of them take: when there are more, the weaker half goes. */
import type { WeightedLinks } from './influence';

export class LinkList {
	#from = new Uint32Array(1 << 12);
	#to = new Uint32Array(1 << 12);
	#weight = new Float32Array(1 << 12);
	#count = 0;
	/** Links below this were let go. */
	#least = 0;

	constructor(readonly most: number) {}

	add(from: number, to: number, weight: number): void {
		if (Math.abs(weight) < this.#least) return;
		if (this.#count === this.#from.length) this.#makeRoom();
		this.#from[this.#count] = from;
		this.#to[this.#count] = to;
		this.#weight[this.#count++] = weight;
	}

	/** Those with new numbers for their nodes, of the largest weight first; links of a node without one are left out. */
	renumbered(number: (node: number) => number | undefined, most = Infinity): WeightedLinks {
		const kept: number[] = [];
		for (let i = 0; i < this.#count; i++)
			if (number(this.#from[i]!) !== undefined && number(this.#to[i]!) !== undefined) kept.push(i);
		kept.sort((a, b) => Math.abs(this.#weight[b]!) - Math.abs(this.#weight[a]!));
		kept.length = Math.min(kept.length, most);
		return {
			from: Uint32Array.from(kept, (i) => number(this.#from[i]!)!),
			to: Uint32Array.from(kept, (i) => number(this.#to[i]!)!),
			weight: Float32Array.from(kept, (i) => this.#weight[i]!)
		};
	}

	#makeRoom(): void {
		const size = 2 * this.#from.length;
		if (size > this.most) return this.#letGo();
		const grown = <T extends Uint32Array | Float32Array>(old: T, made: T): T => {
			made.set(old);
			return made;
		};
		this.#from = grown(this.#from, new Uint32Array(size));
		this.#to = grown(this.#to, new Uint32Array(size));
		this.#weight = grown(this.#weight, new Float32Array(size));
	}

	#letGo(): void {
		const sizes = this.#weight.map(Math.abs).sort();
		this.#least = sizes[sizes.length >> 1]!;
		let kept = 0;
		for (let i = 0; i < this.#count; i++) {
			// Of links that are all alike, half still goes.
			if (Math.abs(this.#weight[i]!) < this.#least || kept > this.#count >> 1) continue;
			this.#from[kept] = this.#from[i]!;
			this.#to[kept] = this.#to[i]!;
			this.#weight[kept++] = this.#weight[i]!;
		}
		this.#count = kept;
	}
}
