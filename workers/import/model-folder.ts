/** A model that is to be stored in a pack, whatever its files are. */
import type { Floats } from '../../src/core/files/safetensors';
import type { Config } from '../graph/families/model-config';

export interface ModelFolder {
	/** Of its text part. */
	config: Config;
	/** A table beside the embedding that its config says is the same; null where there is none. */
	second: ModelTensor | null;
	/** What somebody should know of it before its numbers are shown, a sentence each. */
	notes: string[];
	/** What the model needs, under the engine's names. */
	tensors: Map<string, ModelTensor>;
	/** The bytes of `tokenizer.json`. */
	tokenizer(): Promise<Uint8Array>;
	/** The bytes of `tokenizer_config.json`; of an empty object where there is none. */
	tokenizerConfig(): Promise<Uint8Array>;
}

/** A tensor that is still in its file. */
export interface ModelTensor {
	/** As its file says: `BF16`, `Q4_K`. */
	dtype: string;
	shape: number[];
	/** In its file. */
	bytes: number;
	read(): Promise<Floats>;
	/** How a pack stores it, where that is not for the reader to choose. */
	stored?: StoredTensor;
}

/** A tensor in the bytes of a safetensors file. */
export interface StoredTensor {
	name: string;
	dtype: string;
	shape: number[];
	bytes: number;
	read(): Promise<Uint8Array>;
}
