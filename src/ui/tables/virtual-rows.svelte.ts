/** Of many rows of one height, those in sight. The only door to @tanstack/virtual-core. */
import {
	elementScroll,
	observeElementOffset,
	observeElementRect,
	Virtualizer
} from '@tanstack/virtual-core';

const OVERSCAN = 12;

export class VirtualRows {
	/** Rows to draw, and where. */
	items = $state.raw<readonly { index: number; start: number }[]>([]);
	/** Height of all rows, in pixels. */
	height = $state(0);
	readonly #virtual: Virtualizer<HTMLElement, HTMLElement>;
	#element: HTMLElement | null = null;

	/** `row`: height of a row in pixels. */
	constructor(readonly row: number) {
		this.#virtual = new Virtualizer<HTMLElement, HTMLElement>(this.#options(0));
	}

	/** Follows the element that scrolls; the answer ends that. */
	attach(element: HTMLElement): () => void {
		this.#element = element;
		const leave = this.#virtual._didMount();
		this.#virtual._willUpdate();
		this.#draw();
		return () => {
			leave();
			this.#element = null;
		};
	}

	setCount(count: number): void {
		this.#virtual.setOptions(this.#options(count));
		this.#virtual._willUpdate();
		this.#draw();
	}

	/** Brings a row into sight. */
	reveal(index: number): void {
		this.#virtual.scrollToIndex(index, { align: 'auto' });
		this.#draw();
	}

	#options(count: number) {
		return {
			count,
			getScrollElement: () => this.#element,
			estimateSize: () => this.row,
			overscan: OVERSCAN,
			scrollToFn: elementScroll,
			observeElementRect,
			observeElementOffset,
			// The head, one row high, moves all others down.
			scrollPaddingEnd: this.row,
			onChange: () => this.#draw()
		};
	}

	#draw(): void {
		this.items = this.#virtual.getVirtualItems().map(({ index, start }) => ({ index, start }));
		this.height = this.#virtual.getTotalSize();
	}
}
