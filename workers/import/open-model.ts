/** Models of every kind: a Hugging Face folder, or a GGUF file. */
import { isGguf } from '../../src/core/import/file-names';
import { fileFolder, subfolder, type Folder } from './files/folder';
import { openGguf } from './gguf/open-gguf';
import { isModelFolder, modelFilesOf, openModelFolder } from './hugging-face';
import type { ModelFolder } from './model-folder';

/** The model at a path of a source: a folder, '' for its top, or one GGUF file. */
export const modelAt = (source: Folder, path: string): Folder =>
	source.names.includes(path) ? fileFolder(source, path) : subfolder(source, path);

/** Reads configs and headers, no weights. Throws a Problem for what is no model that is known to come out right. */
export async function openModel(folder: Folder): Promise<ModelFolder> {
	const file = ggufIn(folder);
	return file === null ? openModelFolder(folder) : openGguf(folder, file);
}

/** The files of a model in its folder. Throws a Problem for an index that makes no sense. */
export async function filesOfModel(folder: Folder): Promise<string[]> {
	const file = ggufIn(folder);
	return file === null ? modelFilesOf(folder) : [file];
}

/** The GGUF file of a folder with one and no other model; null elsewhere. */
function ggufIn({ names }: Folder): string | null {
	const files = names.filter(isGguf);
	return files.length === 1 && !isModelFolder(names) ? files[0]! : null;
}
