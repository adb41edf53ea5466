/** Lists of features that a reader keeps, and presets of steering: plain data. `workers/notebook` stores them. */
import type { Call } from '../calls';
import type { FeatureId } from '../names/ids';
import type { Edit } from '../steering/writing';

export interface KeptFeature {
	id: FeatureId;
	/** `{name}-{hash}` of the pack it was kept from; '' where none was open. */
	pack: string;
	/** What it was called when it was kept, or by whoever shared it; '' where it had no name. */
	called: string;
	note: string;
	tags: string[];
	/** The text on which it was seen; '' for none. */
	prompt: string;
	/** The token of the prompt at which it was seen, as an index; null for none. */
	token: number | null;
}

export interface Notebook {
	/** Letters, digits and hyphens, made up by the page that made it. */
	id: string;
	title: string;
	/** In the order in which they were kept. */
	features: KeptFeature[];
}

/** Edits under a name of the reader's. */
export interface Preset {
	id: string;
	title: string;
	/** As of a feature. */
	pack: string;
	edits: Edit[];
}

export interface Notebooks {
	/** In the order in which they were made. */
	lists: Notebook[];
	presets: Preset[];
	/** False where the browser keeps nothing: all of it is gone when the page is closed. */
	stored: boolean;
}

/** What of a kept feature can be changed. */
export type KeptChange = Partial<
	Pick<KeptFeature, 'note' | 'tags' | 'prompt' | 'token' | 'called'>
>;

/** One step; those of a call are done all or not at all, each on what is stored at that moment. */
export type NotebookChange =
	/** Makes a list, or gives it another title. */
	| { kind: 'list'; id: string; title: string }
	| { kind: 'drop-list'; id: string }
	/** Adds to a list; a feature that is there already stays as it is. */
	| { kind: 'keep'; list: string; feature: KeptFeature }
	| { kind: 'change'; list: string; pack: string; id: FeatureId; change: KeptChange }
	| { kind: 'drop'; list: string; pack: string; id: FeatureId }
	/** Stores a preset, in place of the one of its id. */
	| { kind: 'preset'; preset: Preset }
	| { kind: 'drop-preset'; id: string };

export interface NotebookCalls {
	notebooks: Call<void, Notebooks>;
	changeNotebooks: Call<NotebookChange[], void>;
}

/** On which changes are told to every page of this browser: `names`, or `notebooks`. */
export const NOTEBOOK_CHANNEL = 'undercurrent-notebooks';

/** What an unnamed list is called. */
export const FIRST_TITLE = 'My features';
