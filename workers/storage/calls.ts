/** What is asked about the packs that are kept. */
import type { Handlers } from '../../src/core/calls';
import type { StorageCalls } from '../../src/core/packs/stored';
import type { Context } from '../calls/context';

export const storageCalls = ({ library }: Context): Handlers<StorageCalls> => ({
	storage: async () => (await library()).storage(),
	deletePack: async (hash) => (await library()).forget(hash),
	tidyStorage: async () => (await library()).tidy(),
	verifyPack: async (hash, { signal, progress }) =>
		(await library()).verify(hash, signal, progress),
	exportPack: async (hash, { signal, progress }) =>
		(await library()).exportPack(hash, signal, progress),
	importPack: async (chosen, { signal, progress }) =>
		(await library()).importPack(chosen, signal, progress)
});
