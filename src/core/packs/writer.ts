/** Where a pack in the making goes: a folder on the command line, storage in the browser. */
import type { PackFile } from './manifest';

/**
 * Nothing of it counts as a pack before `finish`. Where a stored pack is revised, all of its files are there
 * from the start, shared with it: only what changes is written, and the pack that was revised stays as it is.
 */
export interface PackWriter {
	/** `pack.json` of the pack that is revised, its list of files left out; null when a pack is made anew. */
	readonly base: Record<string, unknown> | null;
	/** Every file so far, those of the revised pack included. */
	readonly files: Readonly<Record<string, PackFile>>;
	/**
	 * Writes a file from its pieces, in place of one of the same path. Throws a Problem, or in the browser a
	 * QuotaExceededError, when there is no room, and an AbortError when the work was cancelled.
	 */
	write(path: string, ...pieces: Uint8Array[]): Promise<void>;
	/** The pack goes on without this file. */
	drop(path: string): void;
	/** A file as it was written, or as the revised pack has it. */
	read(path: string): Promise<Uint8Array>;
	/** Writes `pack.json`: the manifest with the list of files. Throws a Problem when that describes no pack. */
	finish(manifest: Record<string, unknown>): Promise<void>;
}

/** Model weights are written in files of at most so many bytes, unless one tensor is larger. */
export const LARGEST_PART = 64_000_000;

/** `pack.json` as text: the same manifest and files make the same bytes. */
export function manifestText(
	manifest: Record<string, unknown>,
	files: Readonly<Record<string, PackFile>>
): string {
	return `${JSON.stringify({ ...manifest, files }, null, '\t')}\n`;
}
