/** Archives as other programs and other people make them, the hostile ones included. */
import { directory, localHeader, type ZipEntry } from '../../../../../src/core/files/zip';

export interface Content {
	path: string;
	bytes: Uint8Array;
	deflate?: boolean;
	/** What the archive states, where that is not the truth. */
	stated?: Partial<ZipEntry>;
}

export async function zipOf(contents: Content[]): Promise<Blob> {
	const entries: ZipEntry[] = [];
	const parts: Uint8Array[] = [];
	let at = 0;
	for (const { path, bytes, deflate = false, stated } of contents) {
		const packed = deflate ? await deflated(bytes) : bytes;
		const entry = {
			path,
			method: deflate ? 8 : 0,
			encrypted: false,
			crc: 0,
			packed: packed.length,
			bytes: bytes.length,
			at,
			...stated
		};
		const header = localHeader(entry);
		entries.push(entry);
		parts.push(header, packed);
		at += header.length + packed.length;
	}
	return new Blob([...parts, directory(entries, at)] as Uint8Array<ArrayBuffer>[]);
}

async function deflated(bytes: Uint8Array): Promise<Uint8Array> {
	const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
		.stream()
		.pipeThrough(new CompressionStream('deflate-raw'));
	return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The same with some bytes replaced. */
export async function patched(zip: Blob, at: number, ...bytes: number[]): Promise<Blob> {
	const copy = new Uint8Array(await zip.arrayBuffer());
	copy.set(bytes, at < 0 ? copy.length + at : at);
	return new Blob([copy]);
}
