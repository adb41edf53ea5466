/** A format of SAEs: which files it has, and how they are read. Each is one small file in this folder. */
import type { ConfigWords } from '../../../src/core/files/config-words';
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Folder } from '../files/folder';
import type { SaeParts } from '../sae/imported-sae';

/** A path in the SAE's folder, several of which the first that exists is read, or a pattern. */
export type FormatFile = string | string[] | FilePattern;

interface FilePattern {
	pattern: RegExp;
	/** As messages name the file. */
	label: string;
	/** More than one file may match; otherwise exactly one must. */
	many?: true;
}

export interface SaeFormat {
	/** As `models/README.md` and `#format=` name it. */
	name: string;
	/**
	 * The files that every SAE of this format has. What is recognised and downloaded, what a host without
	 * listings is asked for, and what messages say about the format all follow from this.
	 */
	files: FormatFile[];
	/** Files that are read where they exist. */
	optional?: string[];
	/** Files that no SAE of this format has, where other formats share its files. */
	without?: readonly string[];
	/** The words of its config, the first of `files`; what none of them allows is refused before `read`. */
	words?: ConfigWords;
	/** Recognised only so that a message can say what it is. */
	unsupported?: true;
	/**
	 * `files`: this folder's paths of `SaeFormat.files`, in that order. Throws a Problem for an SAE that is damaged or
	 * cannot be run.
	 */
	read(folder: Folder, files: string[], overrides: SaeOverrides): Promise<SaeParts>;
}

/** Beside one of these, a file of weights is of the format of that config, or a stray one. */
export const OTHER_CONFIGS = ['cfg.json', 'config.json', 'hyperparams.json'] as const;

const isPattern = (file: FormatFile): file is FilePattern =>
	typeof file === 'object' && 'pattern' in file;

/** Paths that a file of a format may have; none where only a pattern is known. */
export const pathsOf = (file: FormatFile): string[] => (isPattern(file) ? [] : [file].flat());

/** The files of a format among `names`, required ones first; null where these are no SAE of this format. */
export function filesOf(
	{ files, optional = [], without = [] }: SaeFormat,
	names: string[]
): string[] | null {
	if (without.some((name) => names.includes(name))) return null;
	const found = files.map((file) => {
		if (!isPattern(file)) return pathsOf(file).find((path) => names.includes(path));
		const matches = names.filter((name) => file.pattern.test(name));
		return matches.length === 1 || file.many ? matches[0] : undefined;
	});
	if (!found.every((name) => name !== undefined)) return null;
	return [...found, ...optional.filter((name) => names.includes(name))];
}

/** `config.json and ae.safetensors or ae.pt` */
export const describeFiles = ({ files }: SaeFormat): string =>
	files.map((file) => (isPattern(file) ? file.label : pathsOf(file).join(' or '))).join(' and ');
