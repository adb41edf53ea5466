/**
 * How calls to the engine are typed and carried: a call is a line in a table of types, a function where the engine
 * runs, and a method wherever it is called from. Everything in it but the callbacks survives `structuredClone`.
 */

/** How far a long piece of work has come. `total` is 0 while it is not known. */
export interface Progress {
	phase: 'download' | 'verify' | 'store' | 'prepare' | 'read' | 'write' | 'match' | 'measure';
	/** The file, site or step in hand, for people. */
	what: string;
	done: number;
	total: number;
}

/** What a call is asked, what it answers, and what it hands over on the way. */
export interface Call<Request, Answer, Part = never> {
	request: Request;
	answer: Answer;
	part: Part;
}

/** What a call under way is given: when to stop, and whom to tell. */
export interface Run<Part = never> {
	readonly signal: AbortSignal;
	progress(progress: Progress): void;
	part(part: Part): void;
}

/** What a caller may listen to; `signal` ends the call with an AbortError. */
export interface Watch<Part = never> {
	signal?: AbortSignal | undefined;
	onProgress?: ((progress: Progress) => void) | undefined;
	onPart?: ((part: Part) => void) | undefined;
}

/** A table of calls as the functions that do their work. */
export type Handlers<Calls> = {
	[Name in keyof Calls]: Calls[Name] extends Call<infer Request, infer Answer, infer Part>
		? (request: Request, run: Run<Part>) => Answer | Promise<Answer>
		: never;
};

/** A table of calls as methods. */
export type Methods<Calls> = {
	[Name in keyof Calls]: Calls[Name] extends Call<infer Request, infer Answer, infer Part>
		? (request: Request, watch?: Watch<Part>) => Promise<Answer>
		: never;
};

/** Carries any call to where it is answered. */
export type Carry = (name: string, request: unknown, watch: Watch<unknown>) => Promise<unknown>;

/** Methods for every name there is, each made when it is first used. `then` is none, so that the object can be awaited. */
export function methods<Calls>(carry: Carry): Methods<Calls> {
	const made: Record<string, unknown> = {};
	const get = (_: unknown, name: string | symbol) =>
		typeof name === 'string' && name !== 'then'
			? (made[name] ??= (request: unknown, watch: Watch<unknown> = {}) =>
					carry(name, request, watch))
			: undefined;
	return new Proxy(made, { get }) as Methods<Calls>;
}

function ignore(): void {
	// Nobody listens.
}

/** A run that tells a caller in the same thread. */
export function runOf<Part>({ signal, onProgress, onPart }: Watch<Part> = {}): Run<Part> {
	return {
		signal: signal ?? new AbortController().signal,
		progress: onProgress ?? ignore,
		part: onPart ?? ignore
	};
}
