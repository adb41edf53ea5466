/**
 * The bytes of a pack's file are in one file under its path or, where `pack.json` says so, in several parts beside
 * it: web hosts limit the length of a file, and some unpack what ends in `.gz` on its way to the reader.
 */
import type { PackFile } from './manifest';

export interface FilePart {
	/** Relative to `pack.json`. */
	path: string;
	bytes: number;
}

/** In order; together they are the file. A whole file is its own only part. */
export function partsOf(path: string, { bytes, parts }: Omit<PackFile, 'sha256'>): FilePart[] {
	if (!parts) return [{ path, bytes }];
	// Under this name no host takes it for a compressed file.
	const plain = path.replaceAll('.gz', '-gz');
	return parts.map((length, i) => ({ path: `${plain}.part${i}`, bytes: length }));
}

/**
 * The lengths of the parts in which a file of `bytes` is published, none above `limit`; null where it can be
 * whole, which compressed files never can.
 */
export function partSizes(path: string, bytes: number, limit: number): number[] | null {
	if (bytes <= limit && !path.endsWith('.gz')) return null;
	const whole = Math.floor(bytes / limit);
	const rest = bytes % limit;
	return [...Array<number>(whole).fill(limit), ...(rest > 0 || whole === 0 ? [rest] : [])];
}

export function totalBytes(files: Readonly<Record<string, PackFile>>): number {
	return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0);
}
