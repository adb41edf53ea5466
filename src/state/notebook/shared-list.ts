/** A list in a link: its JSON, deflated, in letters that an address may hold. */
import { parseShared, sharedText, type SharedList } from '../../core/notebook/notebook-file';
import { Problem } from '../../core/names/errors';

/** Characters that a link may unpack to. */
const LONGEST = 2_000_000;

export async function packedList(list: SharedList): Promise<string> {
	const text = new Blob([sharedText(list)]).stream();
	const bytes = await bytesOf(text.pipeThrough(new CompressionStream('deflate-raw')), Infinity);
	let binary = '';
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** Throws a Problem for anything that `packedList` does not write. */
export async function unpackedList(code: string): Promise<SharedList> {
	let json: string;
	try {
		const binary = atob(code.replaceAll('-', '+').replaceAll('_', '/'));
		const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
		const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
		json = new TextDecoder('utf-8', { fatal: true }).decode(await bytesOf(stream, LONGEST));
	} catch (cause) {
		throw new Problem('usage', 'The list in the link is damaged.', 'Ask for the link again.', {
			cause
		});
	}
	return parseShared(json);
}

/** Throws where it is more than `most` bytes: what is small in a link may be endless when unpacked. */
async function bytesOf(stream: ReadableStream<Uint8Array>, most: number): Promise<Uint8Array> {
	const parts: Uint8Array<ArrayBuffer>[] = [];
	let length = 0;
	const reader = stream.getReader();
	for (;;) {
		const { done, value } = await reader.read();
		if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
		length += value.length;
		if (length > most) {
			await reader.cancel().catch(() => undefined);
			throw new RangeError('too long');
		}
		parts.push(value as Uint8Array<ArrayBuffer>);
	}
}
