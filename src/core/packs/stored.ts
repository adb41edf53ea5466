/** The packs that a browser keeps, and what may be asked of an engine about them: plain data. */
import type { Call } from '../calls';

export interface StoredPack {
	name: string;
	title: string;
	/** First 12 hex digits of the sha256 of its `pack.json`. */
	hash: string;
	/** Of its files as far as they are stored, those that other packs use as well included. */
	bytes: number;
	/** Of these, the bytes in files that another stored pack uses as well. */
	shared: number;
	/** Of all its files. */
	size: number;
	files: number;
	/** How many of the files are stored whole. */
	whole: number;
	complete: boolean;
	/** Of the folder that it was fetched from; null when it only came as a file. */
	address: string | null;
	/** Name of the file or folder that it was imported from. */
	file: string | null;
}

export interface StorageReport {
	packs: StoredPack[];
	/** Bytes of all packs here; files that several of them use count once. */
	total: number;
	/** Bytes that no pack uses: what is left of an import that was cut. */
	leftover: number;
	usage: number;
	quota: number;
	persisted: boolean;
	/** Where files are kept. */
	kind: 'opfs' | 'indexeddb' | 'memory';
}

/** Every stored file of a pack, read and hashed again. */
export interface Verified {
	/** Files that are what the pack says, and their bytes. */
	intact: number;
	bytes: number;
	/** Files that had changed: they were deleted, and fetched again where that could be done. */
	changed: { path: string; again: boolean }[];
	/** Files that are not stored, or not whole. */
	missing: string[];
}

/** A stored pack as one file. */
export interface Exported {
	/** `{name}-{hash}.zip` */
	name: string;
	/** Refers to the stored files; holds none of them in memory. */
	blob: Blob;
}

export interface Imported {
	name: string;
	title: string;
	hash: string;
	files: number;
	/** Of all its files, and of those that were not there before. */
	bytes: number;
	added: number;
}

/** A file that a reader chose, with its path from the folder that was chosen. */
export interface Chosen {
	path: string;
	file: Blob;
}

/** Packs go by their hash. */
export interface StorageCalls {
	storage: Call<void, StorageReport>;
	deletePack: Call<string, void>;
	/** Deletes what no pack uses. */
	tidyStorage: Call<void, void>;
	verifyPack: Call<string, Verified>;
	/** Throws a Problem when the pack is not stored whole, or not as it should be. */
	exportPack: Call<string, Exported>;
	/** Stores the pack in a .zip or a folder: whole, or nothing of it. */
	importPack: Call<Chosen[], Imported>;
}
