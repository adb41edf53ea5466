/** What a command is, and what all of them share. */
import type { Progress, Watch } from '../../src/core/calls';
import type { Engine } from '../../src/core/engine';
import type { Opened } from '../../src/core/packs/info';
import { LocalEngine } from '../engine';
import type { Arguments } from './arguments';
import { folderLabels } from './folders/label-file';
import { FolderSource } from './folders/pack-source';
import { say } from './plain-output';

export interface Command {
	options: string[];
	flags?: string[];
	run(args: Arguments): Promise<unknown>;
}

export async function open(
	args: Arguments
): Promise<{ engine: Engine; local: LocalEngine; opened: Opened }> {
	const local = new LocalEngine({
		open: ({ address }) => FolderSource.open(address),
		labels: folderLabels
	});
	const address = args.need('pack');
	const opened = await local.calls.open({ address, backend: 'wasm' });
	if (!opened.selfTest.ok) say(`The self-test failed: ${opened.selfTest.sentence}`);
	return { engine: local.calls, local, opened };
}

/** Says on stderr how far it is, each line once. */
export function said(line: (progress: Progress) => string): Pick<Watch, 'onProgress'> {
	let last = '';
	return {
		onProgress(progress) {
			const next = line(progress);
			if (next !== last) say((last = next));
		}
	};
}
