/** Where the files of an open pack come from: storage or network in the browser, a folder in Node. */
import type { Pack } from './manifest';
import type { OpenFile } from '../files/open-file';

export interface PackSource {
	readonly pack: Pack;
	/** sha256 of `pack.json`, 64 hex digits. */
	readonly hash: string;
	/**
	 * A whole file, its length and sha256 checked: from storage when kept there, else over the network
	 * and then kept. `onProgress` gets the bytes so far.
	 */
	bytes(
		path: string,
		signal?: AbortSignal,
		onProgress?: (done: number) => void
	): Promise<Uint8Array>;
	/** The same to be read in parts: what is stored stays there, where the place allows it. */
	open(path: string, signal?: AbortSignal, onProgress?: (done: number) => void): Promise<OpenFile>;
	/** Paths that need no network any more. */
	stored(): Promise<Set<string>>;
	/** Bytes that came over the network so far, `pack.json` left out. */
	fetched(): number;
	/**
	 * Stores every file that is not stored yet; true once a reload needs no network. `onProgress` gets
	 * the file in hand and the bytes done of all bytes.
	 */
	keepAll?(
		signal?: AbortSignal,
		onProgress?: (path: string, done: number, total: number) => void
	): Promise<boolean>;
}
