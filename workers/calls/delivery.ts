/**
 * A callback into the page, sent to without waiting. Each has a channel of its own, so a call's answer
 * could overtake its last parts: `arrived` is awaited before answering.
 */
export class Delivery<T extends unknown[]> {
	readonly #sent: unknown[] = [];
	constructor(readonly callback: (...values: T) => unknown) {}

	readonly send = (...values: T): void => {
		this.#sent.push(this.callback(...values));
	};

	async arrived(): Promise<void> {
		await Promise.all(this.#sent);
	}
}
