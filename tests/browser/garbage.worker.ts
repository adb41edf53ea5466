/** Opens files in OPFS while garbage is collected, as it is when a browser is short of memory. */
import { filesInOpfs } from '../../workers/storage/files/opfs';

declare const gc: () => void;

const FILES = 24;
/** An answer that never comes is what is looked for: far longer than opening takes on a busy machine. */
const PATIENCE = 20_000;

self.onmessage = async ({ data: folder }: MessageEvent<string>) => {
	const files = await filesInOpfs(folder);
	const collecting = setInterval(gc, 0);
	const opened = Array.from({ length: FILES }, async (_, i) => {
		const sink = await files.append(`file-${i}`);
		await sink.write(Uint8Array.of(i));
		await sink.close();
	});
	for (let turn = 0; turn < 40; turn++) {
		gc();
		await Promise.resolve();
	}
	const late = new Promise((resolve) => setTimeout(resolve, PATIENCE));
	await Promise.race([Promise.all(opened), late]);
	clearInterval(collecting);
	postMessage([...(await files.sizes()).values()].filter((size) => size === 1).length);
};
