/** What a reader brings to have a pack made of it, and how they want it: plain data. */
import type { Call } from '../calls';
import type { RemoteFacts, RemoteSource } from './remote';
import type { Chosen, Imported } from '../packs/stored';

/** Where the files are. To add a place: its member here, and its line in `workers/import/sources.ts`. */
export type Source = { kind: 'files'; chosen: Chosen[] } | RemoteSource;

/** How weights are stored: float32, float16, or int8 with a scale for each output. */
export type StoredDtype = 'f32' | 'f16' | 'q8';

/** What a person says of an SAE because its files do not. */
export interface Stated {
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

export const NOTHING_STATED: Stated = {
	site: null,
	format: null,
	normScalingFactor: null,
	decoderRows: null,
	k: null,
	activation: null
};

/** A pack to be made. */
export interface Order {
	source: Source;
	/**
	 * The model's folder in the source, '' for its top; or the hash of the stored pack that gets more SAEs,
	 * of which a second one is made that shares its files.
	 */
	model: { path: string } | { pack: string };
	/** Folders or files in the source. */
	saes: { path: string; stated: Stated }[];
	dtype: StoredDtype;
	/** What people will call it. */
	title: string;
}

/** Bytes that something takes in a pack, by how it is stored. */
export type StoredBytes = Record<StoredDtype, number>;

/** A model in a source, by its description and the beginnings of its files. */
export interface FoundModel {
	/** Its folder in the source, '' for its top. */
	path: string;
	/** Hugging Face's `model_type`. */
	type: string;
	layers: number;
	dModel: number;
	vocabSize: number;
	/** Longest sequence that is read, in tokens. */
	context: number;
	parameters: number;
	/** Of its weights in the source, and how most of them are saved there (F32, F16, BF16 …). */
	bytes: number;
	dtype: string;
	stored: StoredBytes;
}

/** An SAE in a source. */
export interface FoundDictionary {
	/** Its folder or file in the source. */
	path: string;
	bytes: number;
	/** Formats that its files fit: one, unless somebody has to say which. */
	formats: string[];
	/** Null where it cannot be used as it is, or where only the whole file tells. */
	facts: DictionaryFacts | null;
	/** What has to be stated before it can be read. */
	asks: keyof Stated | null;
	/** The site that its path names, where it is not looked into from far away. */
	site?: string | null;
	/** Why there are no facts: one sentence; null where only the whole file tells. */
	why: string | null;
}

export interface DictionaryFacts {
	site: string;
	architecture: string;
	dIn: number;
	dSae: number;
	k: number | null;
	/** It reads attention's heads before W_O, together not always as wide as the model. */
	heads?: boolean;
	stored: StoredBytes;
}

/** What there is in a source. */
export interface Found {
	/** As the reader knows the source. */
	name: string;
	/** It is a pack already, to be imported as it is. */
	isPack: boolean;
	models: FoundModel[];
	saes: FoundDictionary[];
	/** What looks like a model or SAE and is none that can be used, each with one sentence. */
	refused: { path: string; why: string }[];
	/** Files of no meaning here, such as licences and pictures. */
	others: number;
	/** Where it lies, when that is on another host. */
	remote?: RemoteFacts;
}

export interface ImportCalls {
	/**
	 * Looks what there is in a source: descriptions and the beginnings of files are read, and of SAEs whose
	 * format keeps all in one the whole. `stated`: what is said of SAEs, by their paths.
	 */
	look: Call<{ source: Source; stated: Record<string, Stated> }, Found>;
	/** Makes a pack in storage: whole, or nothing of it. */
	buildPack: Call<Order, Imported>;
	/** Stores the pack that lies at a place on another host as it is (`Found.isPack`). */
	fetchPack: Call<RemoteSource, Imported>;
	/** Bytes of downloads that were begun and not used yet. */
	pendingDownloads: Call<void, number>;
	discardDownloads: Call<void, void>;
}
