/** A reader's own names of features: plain data. `workers/labels` keeps them. */
import type { Call } from '../calls';
import type { FeatureId, SaeId } from '../names/ids';

/** Characters; no name is longer. */
export const LONGEST_NAME = 1000;

export interface OwnLabel {
	id: FeatureId;
	/** '' for none: the pack's name is in force again. */
	text: string;
}

export const LABEL_FORMS = ['csv', 'json', 'neuronpedia'] as const;
export type LabelForm = (typeof LABEL_FORMS)[number];

export interface LabelImport {
	file: Blob;
	/** The SAE of numbers and layers that do not say which. */
	sae?: SaeId | undefined;
}

/** What became of the lines of a file of names. */
export interface LabelsImported {
	/** Features that have another name now. */
	named: number;
	/** Names that were in force before, the reader's or the pack's. */
	unchanged: number;
	/** Names that the file says are a pack's, not a reader's. */
	packs: number;
	/** Names of SAEs that this pack does not have. */
	elsewhere: number;
	/** Further explanations of a feature, of which the first counts. */
	further: number;
}

export interface LabelCalls {
	/** All own names of the open pack's features, read anew: another tab may have changed them. */
	ownLabels: Call<void, OwnLabel[]>;
	/** Gives names, or takes them away. Throws a Problem for what is no feature of the pack. */
	nameFeatures: Call<OwnLabel[], void>;
	/** Throws a Problem, and changes nothing, for a file with a line that cannot be right. */
	importLabels: Call<LabelImport, LabelsImported>;
	/** The text of a file; `own`: a reader's names alone, else those of the pack too. */
	exportLabels: Call<{ form: LabelForm; own: boolean }, { text: string; labels: number }>;
}

/** How many names a file brought, and what became of the others, in sentences. */
export function importInWords(found: LabelsImported): string {
	const names = (n: number) => `${n.toLocaleString('en')} ${n === 1 ? 'name' : 'names'}`;
	const parts = [`${names(found.named)} imported.`];
	if (found.unchanged > 0) parts.push(`${names(found.unchanged)} did not change.`);
	if (found.packs > 0)
		parts.push(`${names(found.packs)} came with a pack and ${was(found.packs)} left out.`);
	if (found.elsewhere > 0)
		parts.push(
			`${names(found.elsewhere)} ${was(found.elsewhere)} of SAEs that this pack does not have.`
		);
	if (found.further > 0)
		parts.push(
			`${names(found.further)} ${was(found.further)} a second one for a feature; the first counts.`
		);
	return parts.join(' ');
}

const was = (n: number): string => (n === 1 ? 'was' : 'were');
