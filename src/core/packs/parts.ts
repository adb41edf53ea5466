/**
 * Where the bytes of a pack's file lie: whole under its path, or, where `pack.json` says so, in parts beside
 * it. Web hosts limit the length of a file, and some unpack what ends in `.gz` on its way to the reader.
 */
import type { PackFile } from './manifest';

export interface Part {
	/** Relative to `pack.json`. */
	path: string;
	bytes: number;
}

/** In order; together they are the file. A file that is whole is its own only part. */
export function partsOf(path: string, { bytes, parts }: Omit<PackFile, 'sha256'>): Part[] {
	if (!parts) return [{ path, bytes }];
	// No host takes such a name for that of a compressed file.
	const plain = path.replaceAll('.gz', '-gz');
	return parts.map((length, i) => ({ path: `${plain}.part${i}`, bytes: length }));
}

/**
 * The lengths in which a file of `bytes` is published, none above `limit`; null where it can lie whole.
 * Compressed files never do.
 */
export function cutOf(path: string, bytes: number, limit: number): number[] | null {
	if (bytes <= limit && !path.endsWith('.gz')) return null;
	const whole = Math.floor(bytes / limit);
	const rest = bytes % limit;
	return [...Array<number>(whole).fill(limit), ...(rest > 0 || whole === 0 ? [rest] : [])];
}
