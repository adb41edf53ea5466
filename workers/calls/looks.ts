/** Calls that look into a pack while it is being opened: they wait until it is laid out, and go before what follows. */
export class Looks {
	/** Ends the waiting: the pack can be looked into. */
	#begin: () => void = () => undefined;
	/** Ends it where the pack does not open. */
	#refuse: (error: unknown) => void = () => undefined;
	readonly #there: Promise<void>;
	readonly #under = new Set<Promise<unknown>>();

	constructor() {
		this.#there = new Promise((resolve, reject) => {
			[this.#begin, this.#refuse] = [resolve, reject];
		});
		// Most packs are opened with nobody looking.
		this.#there.catch(() => undefined);
	}

	/** Answers once the pack can be looked into. */
	async look(answer: () => unknown): Promise<unknown> {
		const looking = this.#there.then(answer);
		this.#under.add(looking);
		try {
			return await looking;
		} finally {
			this.#under.delete(looking);
		}
	}

	/** The pack can be looked into; done when all who waited have their answers. */
	async admit(): Promise<void> {
		this.#begin();
		await Promise.allSettled(this.#under);
	}

	refuse(error: unknown): void {
		this.#refuse(error);
	}
}
