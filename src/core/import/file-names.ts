/** Whether a file holds weights of some kind, by its extension. */
export const isWeightsFile = (path: string): boolean => /\.(safetensors|npz|pth?|bin)$/i.test(path);

export const isArchive = (path: string): boolean => /\.zip$/i.test(path);
