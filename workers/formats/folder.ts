/** A folder of files from anywhere: a disk, a dropped zip, a hub. All that a format's reader sees of the world. */
import { Problem } from '../../src/core/errors';
import { Words } from './words';

export interface Folder {
	/** Where it lies, as a person would say it; formats that say more in paths than in files read it too. */
	name: string;
	/** Files by their paths relative to it, with forward slashes. */
	names: string[];
	/** A whole file of `names`. */
	read(name: string): Promise<Uint8Array>;
}

/** The longest description that is read as JSON. */
const LONGEST_JSON = 16_000_000;

/** A JSON object of the folder. Throws a Problem when it is none. */
export async function readJson(folder: Folder, name: string): Promise<Words> {
	const bytes = await folder.read(name);
	try {
		const json: unknown =
			bytes.length <= LONGEST_JSON ? JSON.parse(new TextDecoder().decode(bytes)) : null;
		if (json && typeof json === 'object' && !Array.isArray(json))
			return new Words(json as Record<string, unknown>);
	} catch {
		// Falls through to the sentence below.
	}
	throw new Problem(
		'pack-invalid',
		`The ${name} in "${shown(folder)}" cannot be read.`,
		'Download it again, or save the SAE again.'
	);
}

/** What this program cannot run, said of the SAE in a folder. */
export function refused(folder: Folder, what: string, advice: string): Problem {
	return new Problem('unsupported', `The SAE in "${shown(folder)}" ${what}.`, advice);
}

/** The end of where it lies: what tells it from its siblings. */
export function shown({ name }: Folder): string {
	return name.length > 80 ? `…${name.slice(-79)}` : name;
}
