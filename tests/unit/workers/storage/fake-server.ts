/** A static host in memory, with the misbehaviours of real ones. */
import type { PackFile } from '../../../../src/core/packs/manifest';
import { partSizes, partsOf } from '../../../../src/core/packs/parts';
import { sha256 } from '../../../../workers/storage/files/hash';

export const FOLDER = 'https://example.org/some/pack/';

export class FakeServer {
	readonly files = new Map<string, Uint8Array>();
	/** `path` or `path bytes=a-` of every request, in order. */
	readonly asked: string[] = [];
	ranges = true;
	online = true;
	status: number | null = null;
	/** Whether files that end in .gz are unpacked on the way, as hosts do that call them encoded. */
	unpacks = false;
	/** Cuts the connection after this many bytes, once for each number. */
	cuts: number[] = [];

	fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
		const path = new Request(input).url.slice(FOLDER.length);
		const range = new Headers(init.headers).get('range');
		this.asked.push(range ? `${path} ${range}` : path);
		init.signal?.throwIfAborted();
		if (!this.online) throw new TypeError('Failed to fetch');
		const bytes = this.files.get(decodeURIComponent(path));
		if (this.status || !bytes) return new Response(null, { status: this.status ?? 404 });
		if (this.unpacks && path.endsWith('.gz')) {
			const through = new DecompressionStream('gzip');
			return new Response(new Blob([bytes.slice()]).stream().pipeThrough(through));
		}
		const start = this.ranges && range ? Number(/\d+/.exec(range)![0]) : 0;
		const headers = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
		const body = this.#stream(bytes.subarray(start), init.signal);
		return new Response(body, start > 0 ? { status: 206, headers } : { status: 200 });
	};

	#stream(bytes: Uint8Array, signal?: AbortSignal | null): ReadableStream<Uint8Array> {
		const cut = this.cuts.shift() ?? Infinity;
		let at = 0;
		return new ReadableStream({
			pull(controller) {
				if (signal?.aborted) return controller.error(signal.reason);
				if (at >= cut) return controller.error(new TypeError('network error'));
				if (at >= bytes.length) return controller.close();
				const end = Math.min(at + 10, bytes.length, cut);
				controller.enqueue(bytes.slice(at, end));
				at = end;
			}
		});
	}
}

export const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Puts a small pack on the server; `version` changes its tokenizer file. */
export async function publish(server: FakeServer, version = 'one'): Promise<void> {
	const contents: Record<string, Uint8Array> = {
		'model.safetensors': Uint8Array.from({ length: 95 }, (_, i) => i),
		'tokenizer.json': bytesOf(`tokenizer ${version}`),
		'stats/a b@c.gz': bytesOf('same bytes')
	};
	const files: Record<string, { bytes: number; sha256: string }> = {};
	for (const [path, bytes] of Object.entries(contents)) {
		server.files.set(path, bytes);
		files[path] = { bytes: bytes.length, sha256: await sha256(bytes) };
	}
	const pack = {
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: 'tiny',
		files,
		saes: [],
		model: {
			config: {},
			weights: ['model.safetensors'],
			tokenizer: 'tokenizer.json',
			tokenizer_config: 'tokenizer.json'
		}
	};
	server.files.set('pack.json', bytesOf(JSON.stringify(pack)));
}

/** The same pack as a site would publish it: its model in parts of 40 bytes, and a file that is really compressed. */
export async function publishInParts(server: FakeServer): Promise<void> {
	await publish(server);
	const pack = JSON.parse(new TextDecoder().decode(server.files.get('pack.json'))) as {
		files: Record<string, PackFile>;
	};
	const packed = new Blob([bytesOf('statistics').slice()])
		.stream()
		.pipeThrough(new CompressionStream('gzip'));
	const statistics = new Uint8Array(await new Response(packed).arrayBuffer());
	server.files.set('stats/a b@c.gz', statistics);
	pack.files['stats/a b@c.gz'] = { bytes: statistics.length, sha256: await sha256(statistics) };
	for (const [path, file] of Object.entries(pack.files)) {
		const parts = partSizes(path, file.bytes, 40);
		if (!parts) continue;
		file.parts = parts;
		const bytes = server.files.get(path)!;
		server.files.delete(path);
		let at = 0;
		for (const part of partsOf(path, file))
			server.files.set(part.path, bytes.slice(at, (at += part.bytes)));
	}
	server.files.set('pack.json', bytesOf(JSON.stringify(pack)));
}

/** A file that a server has in parts, whole. */
export function whole(server: FakeServer, path: string): Uint8Array {
	const names = [...server.files.keys()].filter((name) => name.startsWith(`${path}.part`));
	return Uint8Array.from(names.flatMap((name) => [...server.files.get(name)!]));
}
