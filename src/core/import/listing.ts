/** What a source holds, as far as configs and the headers of files tell. */
import type { SaeOverrides, StoredDtype } from './build-request';
import type { RemoteInfo } from './remote';

/** Bytes in a pack, by how weights are stored. */
export type StoredBytes = Record<StoredDtype, number>;

export interface ListedModel {
	/** Its folder in the source, '' for its top. */
	path: string;
	/** Hugging Face's `model_type`. */
	type: string;
	layers: number;
	dModel: number;
	vocabSize: number;
	/** The longest sequence, in tokens. */
	context: number;
	parameters: number;
	/** Of its weights in the source, and the type of most of them (F32, F16, BF16 …). */
	bytes: number;
	dtype: string;
	stored: StoredBytes;
	/** What somebody should know of it before its numbers are shown, a sentence each. */
	notes?: string[];
}

export interface ListedSae {
	/** Its folder or file in the source. */
	path: string;
	bytes: number;
	/** Formats that its files fit: one, unless an override must say which. */
	formats: string[];
	/** Null where it cannot be used as it is, or is only known once it has been downloaded. */
	facts: SaeFacts | null;
	/** The override that it cannot be read without. */
	missing: keyof SaeOverrides | null;
	/** The site that its path names, where nothing else is known before it has been downloaded. */
	site?: string | null;
	/** Why it cannot be used; null where that is not known before it has been downloaded. */
	reason: string | null;
	/** As of a model. */
	notes?: string[];
}

export interface SaeFacts {
	site: string;
	architecture: string;
	dIn: number;
	dSae: number;
	k: number | null;
	/** It reads attention's heads before W_O, whose width may differ from the model's. */
	heads?: boolean;
	stored: StoredBytes;
}

export interface ImportListing {
	/** Of the source, for people to read. */
	name: string;
	/** It is a pack, to be imported as it is. */
	isPack: boolean;
	models: ListedModel[];
	saes: ListedSae[];
	/** What looks like a model or an SAE but cannot be used, and why. */
	unusable: { path: string; reason: string }[];
	/** How many files are none of these, such as licences and pictures. */
	otherFiles: number;
	/** Where it is, when that is on another host. */
	remote?: RemoteInfo;
}
