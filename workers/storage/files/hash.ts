/** SHA-256 while bytes stream by; WebCrypto can only do it for what is already whole. */
import { createCRC32, createSHA256 } from 'hash-wasm';

export interface Hasher {
	update(bytes: Uint8Array): void;
	/** Lower case; of a sha256 64 digits; the hasher is spent afterwards. */
	hex(): string;
}

export async function startSha256(): Promise<Hasher> {
	const hasher = await createSHA256();
	hasher.init();
	return { update: (bytes) => void hasher.update(bytes), hex: () => hasher.digest('hex') };
}

/** As archives have it, beside the sha256 that packs have. */
export async function startCrc32(): Promise<Hasher> {
	const hasher = await createCRC32();
	hasher.init();
	return { update: (bytes) => void hasher.update(bytes), hex: () => hasher.digest('hex') };
}

export async function sha256(bytes: Uint8Array): Promise<string> {
	// Absent on plain http, other than localhost.
	const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined;
	if (subtle) {
		const digest = await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
		return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
	}
	const hasher = await startSha256();
	hasher.update(bytes);
	return hasher.hex();
}
