/** A session made at its first use; after a failure the next use tries again. */
import type { Session } from './session';

export class LazySession {
	#session: Promise<Session> | null = null;

	constructor(private readonly make: () => Promise<Session>) {}

	get(): Promise<Session> {
		if (this.#session) return this.#session;
		const session = this.make();
		session.catch(() => (this.#session = null));
		return (this.#session = session);
	}

	async release(): Promise<void> {
		await (await this.#session)?.release();
		this.#session = null;
	}
}
