/** An open pack and its files: from storage or the network in the browser, from a folder in Node. */
import type { Pack } from './manifest';
import type { OpenFile } from '../files/open-file';

export interface PackSource {
	readonly pack: Pack;
	/** sha256 of `pack.json`, 64 hex digits. */
	readonly hash: string;
	/**
	 * A whole file, its length and sha256 checked: from storage, else over the network and then stored.
	 * `onProgress` gets the bytes so far.
	 */
	bytes(
		path: string,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<Uint8Array>;
	/** The same, to be read in parts: where storage allows it, the file is not loaded as a whole. */
	open(path: string, signal?: AbortSignal, onProgress?: (done: number) => void): Promise<OpenFile>;
	/** Paths of the files that are stored whole. */
	stored(): Promise<Set<string>>;
	/** Bytes that came over the network so far, not counting `pack.json`. */
	fetched(): number;
	/**
	 * Stores every file that is not stored yet; resolves to whether a reload needs no network. `onProgress`
	 * gets the current file and the bytes done of all files.
	 */
	keepAll?(
		signal?: AbortSignal,
		onProgress?: (path: string, done: number, total: number) => void
	): Promise<boolean>;
}
