/** The packs of this browser, as the engine wants them. */
import type { PackProvider } from '../calls/context';
import { browserLabels } from '../notebook/database';
import { openLibrary } from './open-library';

export const browserPacks: PackProvider = {
	async open(request, { signal }) {
		const { address } = request;
		const folder = address.endsWith('/') ? address : `${address}/`;
		return (await openLibrary()).open({ ...request, address: folder }, signal);
	},
	stored: openLibrary,
	labels: browserLabels
};
