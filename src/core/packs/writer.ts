/** How a pack is written: into a folder on the command line, into storage in the browser. */
import type { PackFile } from './manifest';

/**
 * Nothing counts as a pack before `finish`. When a stored pack is revised, the new one shares all of its files from
 * the start: only changes are written, and the old pack stays as it is.
 */
export interface PackWriter {
	/** `pack.json` of the pack that is revised, without its list of files; null for a new pack. */
	readonly base: Record<string, unknown> | null;
	/** Every file so far, those of the revised pack included. */
	readonly files: Readonly<Record<string, PackFile>>;
	/**
	 * Writes a file from its chunks, replacing one of the same path. Throws a Problem, or in the browser a
	 * QuotaExceededError, when there is no room, and an AbortError when the work was cancelled.
	 */
	write(path: string, ...chunks: Uint8Array[]): Promise<void>;
	/** Leaves a file out of the pack. */
	drop(path: string): void;
	/** A file that was written, or that the revised pack has. */
	read(path: string): Promise<Uint8Array>;
	/** Writes `pack.json`: the manifest with the list of files. Throws a Problem when that is not a valid pack. */
	finish(manifest: Record<string, unknown>): Promise<void>;
}

/** Bytes of the largest file of model weights, unless a single tensor is larger. */
export const LARGEST_PART = 64_000_000;

/** `pack.json` as text; the same manifest and files always give the same bytes. */
export function manifestText(
	manifest: Record<string, unknown>,
	files: Readonly<Record<string, PackFile>>
): string {
	return `${JSON.stringify({ ...manifest, files }, null, '\t')}\n`;
}
