/** What the page knows about a pack, and how a pack is opened: plain data. */
import type { Call } from '../calls';
import type { Site, SaeId } from '../names/ids';
import type { SiteKind } from '../names/site';
import type { ArchitectureName } from '../sae/architectures';
import type { KronShape } from '../sae/kron';
import type { Check } from './check';
import type { Chat } from '../prompt/conversation';
import type { Fluency, Probe, SaeMetrics } from './metrics';
import type { TrainedHere } from '../train/trained';

export type Backend = 'wasm' | 'webgpu';

/** How many threads WebAssembly may take. */
export interface ThreadsWish {
	/** What the address or the command line asks for; null: as many as help. */
	asked: number | null;
	/** One sentence: why there can be no more than one; null where nothing is known against it. */
	refused: string | null;
}

/** How many threads run, and one sentence that says why. */
export interface Threads {
	count: number;
	reason: string;
}

/** What the page knows about a pack without running anything. */
export interface PackInfo {
	name: string;
	title: string;
	description: string;
	licence: string;
	citation: string;
	/** First 12 hex digits of the sha256 of `pack.json`: the address names a pack as `name-hash`. */
	hash: string;
	/** Number of transformer blocks. */
	layers: number;
	dModel: number;
	vocabSize: number;
	/** Longest sequence, in tokens, BOS included. */
	context: number;
	parameters: number;
	/** How a conversation with the model is written; null for a model that knows none. */
	chat: Chat | null;
	tokensTrained: number | null;
	bitsPerCharacter: Record<string, number>;
	/** Accuracy of the model by the name of a family of probes; empty when not measured. */
	probes: Record<string, Probe>;
	/** Null when not measured. */
	fluency: Fluency | null;
	/** What `remeasure` compares with; null when the pack has none. */
	check: Check | null;
	/** Whether the pack holds the results of `reproduce`. */
	reproduced: boolean;
	provenance: Record<string, unknown>;
	/** In order of depth: for each layer attention output, MLP output, residual stream. */
	saes: SaeInfo[];
	files: { path: string; bytes: number; stored: boolean }[];
}

export interface SaeInfo {
	id: SaeId;
	site: Site;
	layer: number;
	kind: SiteKind;
	architecture: ArchitectureName;
	/** It reads the attention heads before W_O (hook_z) and is shown after it; absent means false. */
	heads?: boolean;
	dIn: number;
	dSae: number;
	/** TopK and kron only. */
	k: number | null;
	/** kron only. */
	kron: KronShape | null;
	metrics: SaeMetrics | null;
	/** How it was trained, where that was done here; absent means that it was not. */
	trained?: TrainedHere | null;
}

/** The answer of `open`: what runs, why, and whether its numbers are right. */
export interface Opened {
	pack: PackInfo;
	backend: Backend;
	/** One sentence: why this backend and not the other. */
	reason: string;
	/** WebAssembly's; on a GPU one, which only feeds it. */
	threads: Threads;
	selfTest: SelfTest;
	/** Bytes that came over the network for this `open` (0 on a warm start). */
	bytesFetched: number;
	/**
	 * The most bytes of the model's weights that were in memory at a time on their way to the runtime, which has
	 * a copy of its own. Reads that only checked a file count, buffers of a download do not.
	 */
	weightsHeld: number;
}

export interface SelfTest {
	ok: boolean;
	/** Largest |x − expected| / (1e-4·rms + 1e-5·|expected|); at most 1 when ok. */
	worst: number;
	checks: number;
	sentence: string;
}

export interface OpenRequest {
	/** Absolute address of the pack's folder. */
	address: string;
	/** null: the best for this machine. */
	backend: Backend | null;
	/** Absent: as many as help. */
	threads?: ThreadsWish;
	/** sha256 of that pack's pack.json, where it is known: a stored pack then needs no network. */
	expected?: string | null;
	/** Hash of a pack to open instead if it is stored: 12 hex digits or more. */
	stored?: string | null;
}

export interface PackCalls {
	open: Call<OpenRequest, Opened>;
	/** Stores whatever of the pack is not stored yet; true once a reload needs no network. */
	keep: Call<void, boolean>;
	/** The numeric self-test once more, with the SAEs' codes; null where the pack brings none. */
	selfTest: Call<void, SelfTest | null>;
}
