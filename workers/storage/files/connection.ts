/** A database that is opened once more when the browser has closed it, as it does where a reader deletes the site's data. */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** What is kept under which keys. */
export type Schema = DBSchema;

/** Milliseconds after which a database that does not answer counts as none: some broken profiles never do. */
const PATIENCE = 5000;

export class Connection<S extends Schema> {
	#open: Promise<IDBPDatabase<S>>;

	private constructor(
		readonly name: string,
		readonly create: (fresh: IDBPDatabase<S>) => void
	) {
		this.#open = this.#opened();
	}

	/** Rejects where there is no IndexedDB, where the site's data is blocked, and where it does not answer. */
	static async to<S extends Schema>(
		name: string,
		create: (fresh: IDBPDatabase<S>) => void
	): Promise<Connection<S>> {
		const connection = new Connection(name, create);
		await connection.#open;
		return connection;
	}

	/** Runs again what found the database closed: nothing of it can have happened. */
	async use<T>(work: (database: IDBPDatabase<S>) => Promise<T>): Promise<T> {
		const open = this.#open;
		try {
			return await work(await open);
		} catch (error) {
			if (!isClosed(error)) throw error;
			// Others that found the same may have opened it meanwhile.
			if (this.#open === open) this.#open = this.#opened();
			return work(await this.#open);
		}
	}

	async close(): Promise<void> {
		(await this.#open).close();
	}

	#opened(): Promise<IDBPDatabase<S>> {
		return inTime(
			openDB<S>(this.name, 1, {
				upgrade: this.create,
				// Another tab that wants to change or delete the database need not wait for this one.
				blocking: (_old, _new, event) => (event.target as IDBDatabase).close()
			})
		);
	}
}

const isClosed = (error: unknown): boolean =>
	error instanceof DOMException && error.name === 'InvalidStateError';

function inTime<T extends { close(): void }>(opening: Promise<T>): Promise<T> {
	return new Promise((resolve, reject) => {
		let late = false;
		const timer = setTimeout(() => {
			late = true;
			reject(new Error('The database does not answer.'));
		}, PATIENCE);
		opening.then(
			(database) => (late ? database.close() : resolve(database)),
			(error: unknown) => reject(error instanceof Error ? error : new Error(String(error)))
		);
		void opening.catch(() => undefined).then(() => clearTimeout(timer));
	});
}
