/** What a pack is to be built of. */
import type { RemoteSource } from './remote';
import type { Chosen } from '../packs/stored';

/** Where the files are. To add a kind: its member here, and its line in `workers/import/open-source.ts`. */
export type ImportSource = { kind: 'files'; chosen: Chosen[] } | RemoteSource;

/** How weights are stored: float32, float16, or int8 with a scale for each output. */
export type StoredDtype = 'f32' | 'f16' | 'q8';

/** What a person states about an SAE because its files do not. */
export interface SaeOverrides {
	site: string | null;
	/** The name of the format, where the files fit several. */
	format: string | null;
	/** What activations were multiplied by in training. */
	normScalingFactor: number | null;
	/** What the rows of `W_dec` are in the file, where its shape does not tell. */
	decoderRows: 'features' | 'inputs' | null;
	k: number | null;
	/** `relu`: all positive features count, not the k largest. */
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

export interface BuildRequest {
	source: ImportSource;
	/**
	 * The model's folder in the source, '' for its top; or the hash of a stored pack. SAEs are added to a new pack that
	 * shares the files of that one.
	 */
	model: { path: string } | { pack: string };
	/** Folders or files in the source. */
	saes: { path: string; overrides: SaeOverrides }[];
	dtype: StoredDtype;
	/** The title of the pack. */
	title: string;
}
