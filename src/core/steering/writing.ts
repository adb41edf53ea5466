/** Edits of features, and what is written under them: plain data. */
import type { Call } from '../calls';
import type { FeatureId } from '../names/ids';
import type { Token } from '../names/tokens';

export type EditMode = 'add' | 'set' | 'scale' | 'ablate';

/** `add:s` h += s·w; `set:v` h += (v−a)·w; `scale:r` h += (r−1)·a·w; `ablate` = `set:0`. */
export interface Edit {
	id: FeatureId;
	mode: EditMode;
	/** 0 for `ablate`. */
	value: number;
}

export interface WriteRequest {
	text: string;
	edits: Edit[];
	/** How many tokens to write. */
	tokens: number;
	/** 0 is greedy. */
	temperature: number;
	topP: number;
	seed: number;
}

export interface Written {
	text: string;
	ids: number[];
	tokens: string[];
	/** Prompt tokens left out because the context is full. */
	leftOut: Token[];
	/** Why it ended. */
	stop: 'length' | 'end of text' | 'context full' | 'stopped';
}

export interface WrittenToken {
	index: number;
	id: number;
	text: string;
}

export interface WritingCalls {
	write: Call<WriteRequest, Written, WrittenToken>;
}
