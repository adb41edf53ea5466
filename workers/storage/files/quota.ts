/** Room for files, as the browser states it, and what to do when there is none. */
import { Problem } from '../../../src/core/names/errors';
import type { Sink } from './file-store';

export function isQuota(error: unknown): boolean {
	return error instanceof Error && error.name === 'QuotaExceededError';
}

/** Bytes in use and allowed, as the browser states them; 0 where it does not. */
export async function storageEstimate(): Promise<{ usage: number; quota: number }> {
	const storage = globalThis.navigator?.storage as StorageManager | undefined;
	const { usage = 0, quota = 0 } = (await storage?.estimate()) ?? {};
	return { usage, quota };
}

/** `what`: what there is no room for; `then`: what follows from that. */
export async function storageFull(what: string, then = '.', advice = '', cause?: unknown) {
	const { usage, quota } = await storageEstimate();
	return new Problem(
		'storage-full',
		`The browser has no room ${what} (${megabytes(usage)} of ${megabytes(quota)} used)${then}`,
		`Delete a stored pack under Models, or free some space${advice}.`,
		{ cause }
	);
}

/** Why no reload goes without the network. */
export const notKept = (): Problem =>
	new Problem(
		'unsupported',
		globalThis.isSecureContext
			? 'This browser gives the page no storage, so everything is kept in memory until the page closes.'
			: 'The page is open over plain http, where browsers do not let it start without a network.',
		globalThis.isSecureContext
			? 'Allow this site to store data, or leave the private window, to use it offline.'
			: 'Open it over https to use it offline, and on the graphics processor.'
	);

export const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

/** Writes as long as there is room; `refused` once there was none. */
export class BestEffortSink implements Sink {
	refused = false;
	#sink: Sink | null = null;

	/** A full disk may refuse even an empty file. */
	static async open(open: () => Promise<Sink> | null): Promise<BestEffortSink> {
		const sink = new BestEffortSink();
		await sink.#attempt(async () => {
			sink.#sink = await open();
		});
		return sink;
	}

	async write(bytes: Uint8Array): Promise<void> {
		if (!this.refused) await this.#attempt(() => this.#sink?.write(bytes));
	}

	async close(): Promise<void> {
		await this.#attempt(() => this.#sink?.close());
	}

	async #attempt(step: () => void | Promise<void>): Promise<void> {
		try {
			await step();
		} catch (error) {
			if (!isQuota(error)) throw error;
			this.refused = true;
		}
	}
}
