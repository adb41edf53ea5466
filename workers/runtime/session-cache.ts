/** Sessions made at their first use, of which the last used are kept; one that is in use is freed only afterwards. */
import type { Session } from './session';

interface Kept {
	session: Promise<Session>;
	users: number;
	/** No longer kept: freed when nobody uses it. */
	isStale: boolean;
}

export class SessionCache {
	/** Last used last. */
	readonly #kept = new Map<string, Kept>();

	constructor(private readonly most: number) {}

	/** What `work` makes of the session of this key, which others may be using too. */
	async use<T>(
		key: string,
		make: () => Promise<Session>,
		work: (session: Session) => Promise<T>
	): Promise<T> {
		const one = this.#kept.get(key) ?? { session: make(), users: 0, isStale: false };
		one.users++;
		this.#kept.delete(key);
		this.#kept.set(key, one);
		const surplus = [...this.#kept.keys()].slice(0, -this.most);
		try {
			const session = await one.session;
			for (const old of surplus) await this.#drop(old);
			return await work(session);
		} catch (error) {
			// A session that could not be made is made anew at the next use.
			await one.session.catch(() => this.#kept.get(key) === one && this.#kept.delete(key));
			throw error;
		} finally {
			one.users--;
			await freed(one);
		}
	}

	async release(): Promise<void> {
		for (const key of [...this.#kept.keys()]) await this.#drop(key);
	}

	async #drop(key: string): Promise<void> {
		const one = this.#kept.get(key);
		if (!one) return;
		this.#kept.delete(key);
		one.isStale = true;
		await freed(one);
	}
}

async function freed(one: Kept): Promise<void> {
	if (!one.isStale || one.users > 0) return;
	one.isStale = false;
	await (await one.session.catch(() => null))?.release();
}
