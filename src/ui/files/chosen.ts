/** What a reader chose or dropped, as files with their paths. */

/** A file, with its path from the folder that was chosen. */
export interface ChosenFile {
	path: string;
	file: File;
}

/** Of a file input; a folder's files have paths. */
export function fromInput(files: FileList): ChosenFile[] {
	return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** Of a drop, folders walked through. What a drop holds is gone once its event is over: call it at once. */
export async function fromDrop(data: DataTransfer): Promise<ChosenFile[]> {
	const entries = Array.from(data.items).flatMap((item) => item.webkitGetAsEntry() ?? []);
	if (entries.length === 0) return fromInput(data.files);
	const found = await Promise.all(entries.map((entry) => filesBelow(entry, '')));
	return found.flat();
}

async function filesBelow(entry: FileSystemEntry, folder: string): Promise<ChosenFile[]> {
	const path = folder + entry.name;
	if (entry.isFile) {
		const file = await new Promise<File>((resolve, reject) =>
			(entry as FileSystemFileEntry).file(resolve, reject)
		);
		return [{ path, file }];
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	const found: ChosenFile[] = [];
	for (;;) {
		// A directory tells its entries in portions; the last is empty.
		const portion = await new Promise<FileSystemEntry[]>((resolve, reject) =>
			reader.readEntries(resolve, reject)
		);
		if (portion.length === 0) return found;
		for (const inside of portion) found.push(...(await filesBelow(inside, `${path}/`)));
	}
}
