/** Whether a file holds weights of some kind, by its extension. */
export const isWeightsFile = (path: string): boolean =>
	/\.(safetensors|gguf|npz|pth?|bin)$/i.test(path);

/** Whether a file is a whole model by itself. */
export const isGguf = (path: string): boolean => /\.gguf$/i.test(path);

export const isArchive = (path: string): boolean => /\.zip$/i.test(path);

/** What systems leave beside the files of others: Finder's notes and forks of files, and Explorer's views of folders. */
export const isLitter = (path: string): boolean =>
	/(^|\/)(__MACOSX\/|\._[^/]*$|(\.DS_Store|Thumbs\.db|desktop\.ini)$)/i.test(path);
