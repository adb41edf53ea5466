/** What one format of SAEs must tell: one small file each. */
import type { SaeOverrides } from '../../../src/core/import/build-request';
import type { Folder } from '../files/folder';
import type { ImportedSae } from '../sae/imported-sae';

export interface Format {
	/** As `models/README.md` and `#format=` name it. */
	name: string;
	/** The files it is known by, for sentences. */
	layout: string;
	/** Whether a folder with these files may be of this format. */
	claims(names: string[]): boolean;
	/** Throws a Problem for an SAE that is damaged or that this program cannot run. */
	read(folder: Folder, overrides: SaeOverrides): Promise<ImportedSae>;
}
