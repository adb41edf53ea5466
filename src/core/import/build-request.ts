/** What a reader brings to have a pack made of it, and how they want it: plain data. */
import type { RemoteSource } from './remote';
import type { Chosen } from '../packs/stored';

/** Where the files are. To add a place: its member here, and its line in `workers/import/open-source.ts`. */
export type ImportSource = { kind: 'files'; chosen: Chosen[] } | RemoteSource;

/** How weights are stored: float32, float16, or int8 with a scale for each output. */
export type StoredDtype = 'f32' | 'f16' | 'q8';

/** What a person says of an SAE because its files do not. */
export interface SaeOverrides {
	site: string | null;
	/** The format's name, where the files fit several. */
	format: string | null;
	/** What activations were multiplied by while it was trained. */
	normScalingFactor: number | null;
	/** What the rows of the decoder's matrix are, where its shape does not tell. */
	decoderRows: 'features' | 'inputs' | null;
	k: number | null;
	/** `relu`: not the k largest count, but all that are positive. */
	activation: 'relu' | null;
}

export const NO_OVERRIDES: SaeOverrides = {
	site: null,
	format: null,
	normScalingFactor: null,
	decoderRows: null,
	k: null,
	activation: null
};

/** A pack to be made. */
export interface BuildRequest {
	source: ImportSource;
	/**
	 * The model's folder in the source, '' for its top; or the hash of the stored pack that gets more SAEs,
	 * of which a second one is made that shares its files.
	 */
	model: { path: string } | { pack: string };
	/** Folders or files in the source. */
	saes: { path: string; overrides: SaeOverrides }[];
	dtype: StoredDtype;
	/** What people will call it. */
	title: string;
}
