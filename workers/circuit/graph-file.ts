/** An attribution graph's file, read in pieces. */
import type { Run } from '../../src/core/calls';
import type {
	AttributionGraph,
	GraphFileRequest
} from '../../src/core/circuit/graph-file/graph-file';
import { GraphReader } from '../../src/core/circuit/graph-file/graph-reader';
import { breathe } from '../runtime/session';

export async function openGraph(
	{ file, most }: GraphFileRequest,
	{ signal, progress }: Run
): Promise<AttributionGraph> {
	const reader = new GraphReader(most);
	const decoder = new TextDecoder();
	let done = 0;
	let breath = performance.now();
	for await (const bytes of pieces(file)) {
		reader.push(decoder.decode(bytes, { stream: true }));
		done += bytes.length;
		if (performance.now() - breath < 50) continue;
		progress({ phase: 'read', what: 'graph file', done, total: file.size });
		await breathe();
		signal.throwIfAborted();
		breath = performance.now();
	}
	reader.push(decoder.decode());
	return reader.finish();
}

async function* pieces(file: Blob): AsyncGenerator<Uint8Array> {
	const reader = file.stream().getReader();
	try {
		for (;;) {
			const { done, value } = await reader.read();
			if (done) return;
			yield value;
		}
	} finally {
		reader.cancel().catch(() => undefined);
	}
}
