/** What an engine does for an import. */
import type { Call } from '../calls';
import type { Imported } from '../packs/stored';
import type { BuildRequest, ImportSource, SaeOverrides } from './build-request';
import type { ImportListing } from './listing';
import type { RemoteSource } from './remote';

export interface ImportCalls {
	/**
	 * Lists what a source holds. Configs and the headers of files are read, and whole files only where a format has no
	 * header. `overrides`: by the paths of SAEs.
	 */
	listImport: Call<
		{ source: ImportSource; overrides: Record<string, SaeOverrides> },
		ImportListing
	>;
	/** Builds a pack in storage: whole, or nothing of it. */
	buildPack: Call<BuildRequest, Imported>;
	/** Stores a pack on another host as it is (`ImportListing.isPack`). */
	fetchPack: Call<RemoteSource, Imported>;
	/** Bytes of downloads that were begun and not used yet. */
	pendingDownloads: Call<void, number>;
	discardDownloads: Call<void, void>;
}
