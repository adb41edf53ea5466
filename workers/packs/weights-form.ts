/** In which form weights that are stored in blocks run on a GPU: as they are, or widened to float32. */
import type { SelfTest } from '../../src/core/packs/info';
import type { Workbench } from './open-pack';

/** A pack opened on a device, and what its self-test said there. */
export interface Tried {
	bench: Workbench;
	test: SelfTest;
}

/**
 * Opens a pack with its weights in blocks, and stays with that where the self-test passes and `isSlower` says no; else
 * widened. `says` is a sentence for the reader, '' where no weights are in blocks.
 */
export async function inBestForm<T extends Pick<Tried, 'test'> & { bench: Held }>(
	open: (asBlocks: boolean) => Promise<T>,
	isSlower: (bench: T['bench']) => Promise<boolean>
): Promise<T & { says: string }> {
	const blocks = await open(true).catch((error: unknown) => {
		if (isAbort(error)) throw error;
		return null;
	});
	if (blocks && !blocks.bench.model.weights.hasBlocks) return { ...blocks, says: '' };
	const failed = !blocks?.test.ok;
	if (blocks && !failed && !(await isSlower(blocks.bench)))
		return { ...blocks, says: 'Its weights run in blocks, as they are stored.' };
	await blocks?.bench.release();
	const why = failed ? 'in blocks they fail the self-test' : 'in blocks they run slower';
	return { ...(await open(false)), says: `Its weights are widened to float32: ${why}.` };
}

interface Held {
	model: { weights: { readonly hasBlocks: boolean } };
	release(): Promise<void>;
}

const isAbort = (error: unknown): boolean =>
	error instanceof DOMException && error.name === 'AbortError';
