/** Checksums of bytes as they stream by; WebCrypto can only hash what is already complete. */
import { createCRC32, createSHA256 } from 'hash-wasm';

export interface Hasher {
	update(bytes: Uint8Array): void;
	/** In lower case, 64 digits for a sha256. Call it once, at the end. */
	hex(): string;
}

export const startSha256 = () => start(createSHA256());

/** The checksum that .zip archives use. */
export const startCrc32 = () => start(createCRC32());

async function start(creating: ReturnType<typeof createSHA256>): Promise<Hasher> {
	const hasher = await creating;
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
