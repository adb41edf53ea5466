/** What names a pack in addresses and files: its name and the beginning of its hash. */

/** Hex digits of a pack's hash that name it. */
export const HASH_DIGITS = 12;

/** `hash`: sha256 of `pack.json`, as hex digits. */
export const shortHash = (hash: string): string => hash.slice(0, HASH_DIGITS);

/** `{name}-{hash}`. */
export const packName = ({ name, hash }: { name: string; hash: string }): string =>
	`${name}-${shortHash(hash)}`;
