/** Progress of work on the files of a pack, one after the other. */
import type { Progress } from '../../src/core/calls';
import type { PackFile } from '../../src/core/packs/manifest';
import { totalBytes } from '../../src/core/packs/parts';

/** `path`: the file in hand; `done`: bytes of all files so far. */
export type OnFile = (path: string, done: number, total: number) => void;

/** `work` reports the bytes that it has done of its file. */
export async function eachFile(
	files: Readonly<Record<string, PackFile>>,
	onProgress: OnFile,
	work: (path: string, file: PackFile, onBytes: (done: number) => void) => Promise<void>
): Promise<void> {
	const total = totalBytes(files);
	let done = 0;
	for (const [path, file] of Object.entries(files)) {
		await work(path, file, (bytes) => onProgress(path, done + bytes, total));
		onProgress(path, (done += file.bytes), total);
	}
}

/** At most 400 reports, and the last. */
export function throttled(
	phase: Progress['phase'],
	onProgress?: (progress: Progress) => void
): OnFile {
	let reported = 0;
	return (what, done, total) => {
		if (done < total && done - reported < total / 400) return;
		reported = done;
		onProgress?.({ phase, what, done, total });
	};
}
