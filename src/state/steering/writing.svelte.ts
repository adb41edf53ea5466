/** One continuation as it is written: the newest request wins, but a young run may show its first words. */
import type { Token } from '../../core/names/tokens';
import type { WriteRequest, Written } from '../../core/steering/writing';
import { isAbort } from '../../core/names/errors';
import type { Engine } from '../../core/engine';
import { asError } from '../calls/resource.svelte';

/** A run that was overtaken goes on until it has written this much or is this old, so that dragging shows text. */
const SHOWN_TOKENS = 10;
const YOUNG_MS = 300;

export class Stream {
	tokens = $state.raw<string[]>([]);
	leftOut = $state.raw<Token[]>([]);
	/** Why it ended; null while it is written. */
	stop = $state.raw<Written['stop'] | null>(null);
	busy = $state(false);
	error = $state.raw<Error | null>(null);
	/** What the tokens answer, or will. */
	request = $state.raw<WriteRequest | null>(null);
	/** The decoded text once it has ended. */
	text = $state.raw<string | null>(null);
	/** Of its tokens, once it has ended. */
	ids = $state.raw<number[]>([]);
	/** Called when a text has ended. */
	onEnd: () => void = () => undefined;
	#running: AbortController | null = null;
	#started = 0;
	#wait: ReturnType<typeof setTimeout> | undefined;
	readonly #engine: Engine;

	constructor(engine: Engine) {
		this.#engine = engine;
	}

	/** Writes unless the same is written or being written. */
	ask(request: WriteRequest): void {
		if (JSON.stringify(request) === JSON.stringify(this.request) && !this.error) return;
		this.request = request;
		this.error = null;
		const age = performance.now() - this.#started;
		if (!this.#running || age >= YOUNG_MS) this.#start();
		else this.#wait ??= setTimeout(() => this.#start(), YOUNG_MS - age);
	}

	again(): void {
		if (this.request) this.#start();
	}

	halt(): void {
		if (!this.busy) return;
		this.#end();
		this.busy = false;
		this.stop = 'stopped';
	}

	clear(): void {
		this.#end();
		this.request = null;
		this.tokens = [];
		this.text = null;
		this.ids = [];
		this.stop = null;
		this.busy = false;
		this.error = null;
	}

	#end(): void {
		clearTimeout(this.#wait);
		this.#wait = undefined;
		this.#running?.abort();
		this.#running = null;
	}

	#start(): void {
		this.#end();
		this.busy = true;
		this.error = null;
		this.stop = null;
		this.text = null;
		this.#started = performance.now();
		void this.#run(this.request!, (this.#running = new AbortController()));
	}

	async #run(request: WriteRequest, running: AbortController): Promise<void> {
		const { signal } = running;
		const tokens: string[] = [];
		const onToken = ({ text }: { text: string }) => {
			if (signal.aborted) return;
			tokens.push(text);
			this.tokens = [...tokens];
			if (this.#wait !== undefined && tokens.length >= SHOWN_TOKENS) this.#start();
		};
		try {
			const written = await this.#engine.write(request, { signal, onPart: onToken });
			if (signal.aborted) return;
			this.tokens = written.tokens;
			this.text = written.text;
			this.ids = written.ids;
			this.leftOut = written.leftOut;
			this.stop = written.stop;
		} catch (error) {
			if (signal.aborted) return;
			if (isAbort(error)) this.stop = 'stopped';
			else this.error = asError(error);
		}
		this.#running = null;
		if (this.#wait !== undefined) this.#start();
		else {
			this.busy = false;
			this.onEnd();
		}
	}
}
