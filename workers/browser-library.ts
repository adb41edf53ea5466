/** The packs of this browser, as the engine wants them. */
import { forgetPack, openPackSource, storageReport } from '../src/storage/packs';
import type { Library } from './engine';

export function browserLibrary(): Library {
	return { open: openPackSource, report: storageReport, forget: forgetPack };
}
