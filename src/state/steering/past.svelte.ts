/** What was there before, and before that: steps that follow each other quickly are one. */

/** Milliseconds between two steps of one movement. */
const MOVEMENT = 700;
const MOST = 100;

export class Past<T> {
	#before = $state.raw<T[]>([]);
	#after = $state.raw<T[]>([]);
	#last = { what: '', time: -Infinity };

	get canUndo(): boolean {
		return this.#before.length > 0;
	}
	get canRedo(): boolean {
		return this.#after.length > 0;
	}

	/** Before `now` is replaced; `what` names what is moved, '' for a step of its own. */
	remember(now: T, what: string): void {
		const time = performance.now();
		const same = what !== '' && what === this.#last.what && time - this.#last.time < MOVEMENT;
		this.#last = { what, time };
		if (same) return;
		this.#before = [...this.#before, now].slice(-MOST);
		this.#after = [];
	}

	/** What to go back to. */
	undo(now: T): T | undefined {
		const to = this.#before.at(-1);
		if (to === undefined) return undefined;
		this.#before = this.#before.slice(0, -1);
		this.#after = [...this.#after, now];
		this.#last = { what: '', time: -Infinity };
		return to;
	}

	redo(now: T): T | undefined {
		const to = this.#after.at(-1);
		if (to === undefined) return undefined;
		this.#after = this.#after.slice(0, -1);
		this.#before = [...this.#before, now];
		this.#last = { what: '', time: -Infinity };
		return to;
	}
}
