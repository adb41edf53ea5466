/** Does a feature fall silent when its match upstream is switched off? Asked of one edge: plain data. */
import type { FeatureId } from '../names/ids';
import type { Token } from '../names/tokens';

/** Does a feature fall silent when a match upstream is taken away? */
export interface EdgeRequest {
	text: string;
	/** Upstream. */
	from: FeatureId;
	to: FeatureId;
	/** h += (factor − 1)·a·w at the site and token of `from`; 0 takes it away. */
	factor: number;
	/** Random directions of equal norm tried at every token. */
	randoms: number;
	seed: number;
}

/** What a push did to a feature on one token. */
export interface Change {
	/** Activation without and with it. */
	before: number;
	after: number;
	/** 1 − after / before */
	change: number;
	/** Silent afterwards. */
	off: boolean;
	/** −ln p(next token) without and with it; null at the end of a text. */
	loss: number | null;
	lossAfter: number | null;
}

export interface EdgeRow extends Change {
	token: number;
	/** Activation of `from`. */
	activation: number;
	/** Changes by random directions of the same norm. */
	randoms: { change: number; off: boolean }[];
}

export interface EdgeTest {
	tokens: Token[];
	/** Tokens on which both features are active. */
	rows: EdgeRow[];
	/** Tokens on which only `to` is active: another cause moves it there. */
	without: number[];
}
