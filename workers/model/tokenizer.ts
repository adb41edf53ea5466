/** Text to tokens and back, for any `tokenizer.json` that can be followed exactly. */
import { tokenText, type Token } from '../../src/core/names/tokens';
import { parseJson } from '../../src/core/files/json';
import { concatenated } from '../storage/files/memory';
import { fieldsOf, unsound } from '../tokenizer/component';
import { Pipeline } from '../tokenizer/pipeline';
import { writingOf, type Writing } from '../tokenizer/writing';

export class Tokenizer {
	readonly #pipeline: Pipeline;
	/** The special ones among the added tokens, but not what stands for characters of the text that have no entry. */
	readonly #special = new Set<number>();
	/** Added tokens are written as they stand in the text. */
	readonly #added = new Map<number, string>();
	readonly #entries: string[] = [];
	readonly #writing: Writing;
	readonly #texts = new Map<number, string>();

	/**
	 * `tokenizer.json` and `tokenizer_config.json` as texts. Throws a Problem when they are no tokenizer, or ask
	 * for something that cannot be done exactly, which it names.
	 */
	constructor(tokenizerJson: string, configJson: string) {
		const file = parsed(tokenizerJson, 'tokenizer.json');
		const config = parsed(configJson, 'tokenizer_config.json');
		this.#pipeline = new Pipeline(file, config);
		for (const [entry, id] of this.#pipeline.entries) this.#entries[id] = entry;
		for (const { id, content, special } of this.#pipeline.added) {
			this.#added.set(id, content);
			const isText = id === this.#pipeline.unknown && !hasAnotherRole(content, config);
			if (special && !isText) this.#special.add(id);
		}
		this.#writing = writingOf(fieldsOf(file, 'tokenizer.json'));
	}

	/** The tokens of a text, those that the tokenizer adds (BOS) included. Throws a Problem for what it has no token for. */
	encode(text: string): Token[] {
		return this.#pipeline.ids(text).map((id) => this.token(id));
	}

	token(id: number): Token {
		return { id, text: this.text(id), special: this.#special.has(id) };
	}

	/** Number of entries, added tokens included. */
	get size(): number {
		const { added, entries } = this.#pipeline;
		return entries.size + added.filter(({ content }) => !entries.has(content)).length;
	}

	/** The ids that every text begins with (BOS). */
	get start(): number[] {
		return this.#pipeline.start;
	}

	isSpecial(id: number): boolean {
		return this.#special.has(id);
	}

	/** One token as it stands in the text. */
	text(id: number): string {
		let text = this.#texts.get(id);
		if (text === undefined) {
			const bytes = this.#bytes(id);
			text = bytes ? tokenText(bytes) : (this.#added.get(id) ?? this.#entries[id] ?? `<${id}>`);
			this.#texts.set(id, text);
		}
		return text;
	}

	/** A run of tokens as text: characters split over tokens come together again. Ids of no entry stand for nothing. */
	decode(ids: number[]): string {
		const { words } = this.#writing;
		const known = ids.filter((id) => this.#added.has(id) || this.#entries[id] !== undefined);
		if (words) return words(known.map((id) => this.text(id)));
		const parts = known.map((id) => this.#bytes(id) ?? new TextEncoder().encode(this.text(id)));
		return tokenText(concatenated(parts));
	}

	/** Null where the token is no entry of the model, or none that is written in bytes. */
	#bytes(id: number): Uint8Array | null {
		const entry = this.#added.has(id) ? undefined : this.#entries[id];
		return entry === undefined ? null : this.#writing.bytes(entry);
	}
}

function parsed(json: string, name: string): unknown {
	try {
		return parseJson(json);
	} catch {
		throw unsound(`${name} is no JSON`);
	}
}

/** Whether a token that stands for what is unknown also begins, ends, parts or fills up texts, as in GPT-2. */
function hasAnotherRole(content: string, config: unknown): boolean {
	const fields = fieldsOf(config, 'tokenizer_config.json');
	return ['bos', 'eos', 'pad', 'cls', 'sep', 'mask'].some((role) => {
		const named = fields[`${role}_token`];
		const written =
			typeof named === 'object' && named !== null && 'content' in named ? named.content : named;
		return written === content;
	});
}
