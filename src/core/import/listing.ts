/** What an import holds, as far as its descriptions and the headers of its files tell: plain data. */
import type { SaeOverrides, StoredDtype } from './build-request';
import type { RemoteInfo } from './remote';

/** Bytes that something takes in a pack, by how it is stored. */
export type StoredBytes = Record<StoredDtype, number>;

/** A model in a source, by its description and the beginnings of its files. */
export interface ListedModel {
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
export interface ListedSae {
	/** Its folder or file in the source. */
	path: string;
	bytes: number;
	/** Formats that its files fit: one, unless somebody has to say which. */
	formats: string[];
	/** Null where it cannot be used as it is, or where only the whole file tells. */
	facts: SaeFacts | null;
	/** What has to be stated before it can be read. */
	missing: keyof SaeOverrides | null;
	/** The site that its path names, where it is not looked into from far away. */
	site?: string | null;
	/** Why there are no facts: one sentence; null where only the whole file tells. */
	reason: string | null;
}

export interface SaeFacts {
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
export interface ImportListing {
	/** As the reader knows the source. */
	name: string;
	/** It is a pack already, to be imported as it is. */
	isPack: boolean;
	models: ListedModel[];
	saes: ListedSae[];
	/** What looks like a model or SAE and is none that can be used, each with one sentence. */
	unusable: { path: string; reason: string }[];
	/** Files of no meaning here, such as licences and pictures. */
	otherFiles: number;
	/** Where it lies, when that is on another host. */
	remote?: RemoteInfo;
}
