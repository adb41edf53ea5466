/** The only door to the tokenizer library: text to tokens and back, for any `tokenizer.json`. */
import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import type { Token } from '../../src/core/names/tokens';
import { Problem } from '../../src/core/names/errors';
import { bytesOf, pieceBytes, tokenText } from '../../src/core/names/tokens';

export class Tokenizer {
	readonly #inner: HuggingFaceTokenizer;
	readonly #special = new Set<number>();
	/** Entries are written in GPT-2's byte alphabet; else in SentencePiece's words. */
	readonly #byteLevel: boolean;
	readonly #texts = new Map<number, string>();

	/** Throws a Problem when the files are not a tokenizer. */
	constructor(tokenizerJson: string, configJson: string) {
		try {
			const tokenizer = JSON.parse(tokenizerJson) as Record<string, unknown>;
			const steps = JSON.stringify([tokenizer.pre_tokenizer, tokenizer.decoder]);
			this.#byteLevel = steps.includes('"ByteLevel"');
			this.#inner = new HuggingFaceTokenizer(tokenizer, JSON.parse(configJson) as object);
			const added = Array.isArray(tokenizer.added_tokens) ? tokenizer.added_tokens : [];
			for (const token of added as { id?: unknown; special?: unknown }[])
				if (token.special === true && typeof token.id === 'number') this.#special.add(token.id);
		} catch (cause) {
			throw new Problem(
				'pack-invalid',
				'The tokenizer of this pack cannot be read.',
				'Take tokenizer.json from the same place as the weights and make the pack again.',
				{ cause }
			);
		}
	}

	/** The tokens of a text, those that the tokenizer adds (BOS) included. */
	encode(text: string): Token[] {
		return this.#inner.encode(text).ids.map((id) => this.token(id));
	}

	token(id: number): Token {
		return { id, text: this.text(id), special: this.#special.has(id) };
	}

	/** Number of entries, added tokens included. */
	get size(): number {
		return this.#inner.get_vocab(true).size;
	}

	isSpecial(id: number): boolean {
		return this.#special.has(id);
	}

	/** One token as it stands in the text. */
	text(id: number): string {
		let text = this.#texts.get(id);
		if (text === undefined) {
			const bytes = this.#bytes(id);
			text = bytes ? tokenText(bytes) : (this.#inner.id_to_token(id) ?? `<${id}>`);
			this.#texts.set(id, text);
		}
		return text;
	}

	/** A run of tokens as text: characters split over tokens come together again. */
	decode(ids: number[]): string {
		const parts = ids.map((id) => this.#bytes(id) ?? new TextEncoder().encode(this.text(id)));
		const all = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
		let at = 0;
		for (const part of parts) {
			all.set(part, at);
			at += part.length;
		}
		return tokenText(all);
	}

	#bytes(id: number): Uint8Array | null {
		if (this.#special.has(id)) return null;
		const entry = this.#inner.id_to_token(id);
		if (entry === undefined) return null;
		return this.#byteLevel ? bytesOf(entry) : pieceBytes(entry);
	}
}
