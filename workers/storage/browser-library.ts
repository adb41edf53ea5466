/** The packs of this browser, as the engine wants them. */
import { openLibrary } from './open-library';
import type { Library } from '../engine';

export function browserLibrary(): Library {
	return {
		async open(request, signal) {
			const { address } = request;
			const folder = address.endsWith('/') ? address : `${address}/`;
			return (await openLibrary()).open({ ...request, address: folder }, signal);
		},
		stored: openLibrary
	};
}
