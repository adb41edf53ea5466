/** Files dropped on a card, or chosen in it. */
import type { Chosen } from '../../../core/packs/stored';
import { fromDrop, fromInput } from './chosen';

/** A card on which something can be dropped, unless it is at work. */
export class DropZone {
	/** Something is held over the card. */
	over = $state(false);
	/** What the card's section listens to. */
	readonly handlers;

	constructor(busy: () => boolean, take: (data: DataTransfer) => void) {
		this.handlers = {
			ondragover: (event: DragEvent) => {
				if (busy()) return;
				event.preventDefault();
				this.over = true;
			},
			ondragleave: ({
				currentTarget,
				relatedTarget
			}: DragEvent & { currentTarget: HTMLElement }) => {
				if (!currentTarget.contains(relatedTarget as Node | null)) this.over = false;
			},
			ondrop: (event: DragEvent) => {
				event.preventDefault();
				this.over = false;
				if (event.dataTransfer && !busy()) take(event.dataTransfer);
			}
		};
	}
}

/** Files and folders, dropped or chosen, handed on with their paths. */
export class FileChoice {
	readonly zone: DropZone;
	/** What came last could not be read. */
	unreadable = $state(false);
	readonly #begin: (chosen: Chosen[]) => Promise<unknown>;

	constructor(busy: () => boolean, begin: (chosen: Chosen[]) => Promise<unknown>) {
		this.#begin = begin;
		this.zone = new DropZone(busy, (data) => void this.#take(fromDrop(data)));
	}

	/** Of a file input, in which the same files may be chosen again. */
	readonly choose = ({ currentTarget: input }: Event & { currentTarget: HTMLInputElement }) => {
		if (input.files && input.files.length > 0) void this.#take(fromInput(input.files));
		input.value = '';
	};

	async #take(chosen: Promise<Chosen[]> | Chosen[]) {
		this.unreadable = false;
		try {
			await this.#begin(await chosen);
		} catch {
			this.unreadable = true;
		}
	}
}
