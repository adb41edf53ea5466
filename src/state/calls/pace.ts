/** How fast something goes lately, from how far it was when. */

/** Milliseconds that are looked back. */
const SPAN = 5000;
/** A shorter time says nothing. */
const LEAST = 500;

export class Pace {
	#marks: { done: number; time: number }[] = [];

	/** Units a second over the last seconds; null while too little time has passed. `time`: in milliseconds. */
	at(done: number, time: number): number | null {
		this.#marks.push({ done, time });
		const past = this.#marks.findLastIndex((mark) => time - mark.time > SPAN);
		this.#marks = this.#marks.slice(Math.max(0, past));
		const first = this.#marks[0]!;
		const elapsed = time - first.time;
		return elapsed < LEAST ? null : (1000 * (done - first.done)) / elapsed;
	}
}
