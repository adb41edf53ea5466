/** A heap of numbers, the smallest on top. */
export class Heap {
	readonly #items: number[] = [];

	get size(): number {
		return this.#items.length;
	}

	push(item: number): void {
		const items = this.#items;
		let at = items.length;
		items.push(item);
		while (at > 0) {
			const parent = (at - 1) >> 1;
			if (items[parent]! <= item) break;
			items[at] = items[parent]!;
			at = parent;
		}
		items[at] = item;
	}

	/** Takes the smallest out; of an empty heap, NaN. */
	pop(): number {
		const items = this.#items;
		const top = items[0] ?? NaN;
		const item = items.pop()!;
		const n = items.length;
		if (n === 0) return top;
		let at = 0;
		for (;;) {
			let child = 2 * at + 1;
			if (child >= n) break;
			if (child + 1 < n && items[child + 1]! < items[child]!) child++;
			if (items[child]! >= item) break;
			items[at] = items[child]!;
			at = child;
		}
		items[at] = item;
		return top;
	}
}
