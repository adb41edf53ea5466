/** What can go wrong, each with a code that crosses threads and a sentence with advice for people. */

const CODES = [
	'runtime-damaged',
	'pack-missing',
	'pack-damaged',
	'pack-newer',
	'pack-invalid',
	'network',
	'gated',
	'storage-full',
	'no-webgpu',
	'no-threads',
	'device-lost',
	'out-of-memory',
	'worker-lost',
	'empty-prompt',
	'unknown-feature',
	'unsupported',
	'self-test',
	'usage',
	'unexpected'
] as const;

export type ErrorCode = (typeof CODES)[number];

/** `name` is the code and `message` the sentence with its advice: what comlink carries of an error. */
export class Problem extends Error {
	constructor(
		readonly code: ErrorCode,
		/** What is wrong. */
		readonly sentence: string,
		/** What to do about it. */
		readonly advice: string,
		options?: { cause?: unknown }
	) {
		super(`${sentence} ${advice}`, options);
		this.name = code;
	}
}

/** The code of any error, also of one that came from another thread. */
export function codeOf(error: unknown): ErrorCode {
	const name = error instanceof Error ? error.name : '';
	return CODES.find((code) => code === name) ?? 'unexpected';
}

/** Whether work was ended on purpose: nothing to show. */
export function isAbort(error: unknown): boolean {
	return error instanceof Error && error.name === 'AbortError';
}
