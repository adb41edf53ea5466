/** The words that GGUF files of one architecture say about it, as Hugging Face's `config.json` would say them. */
import { damagedGguf } from '../../../src/core/files/gguf-cursor';
import type { GgufTensor } from '../../../src/core/files/gguf';
import type { Config } from '../../graph/families/model-config';
import type { GgufMetadata } from './metadata';

export class GgufWords {
	constructor(
		readonly metadata: GgufMetadata,
		readonly tensors: ReadonlyMap<string, GgufTensor>,
		/** GGUF's name of the architecture, with which its words begin. */
		readonly architecture: string
	) {}

	optional(word: string): number | null {
		return this.metadata.number(`${this.architecture}.${word}`);
	}

	/** Throws a Problem where the file does not say it. */
	need(word: string): number {
		const value = this.optional(word);
		if (value !== null) return value;
		throw damagedGguf(`does not say ${this.architecture}.${word}`);
	}

	flag(word: string): boolean | null {
		return this.metadata.flag(`${this.architecture}.${word}`);
	}

	text(word: string): string | null {
		return this.metadata.text(`${this.architecture}.${word}`);
	}

	/** What all families say alike, under the names that all but GPT-2 have. */
	common(): Config {
		const table = this.tensors.get('token_embd.weight');
		if (!table) throw damagedGguf('has no tensor token_embd.weight');
		const license = this.metadata.text('general.license');
		return {
			vocab_size: table.shape[0],
			tie_word_embeddings: !this.tensors.has('output.weight'),
			...(license !== null && { license })
		};
	}

	sizes(): Config {
		return {
			hidden_size: this.need('embedding_length'),
			intermediate_size: this.need('feed_forward_length'),
			num_hidden_layers: this.need('block_count'),
			num_attention_heads: this.need('attention.head_count'),
			max_position_embeddings: this.need('context_length')
		};
	}

	/** Numbers of a head. Throws a Problem where keys and values, or what turns with the position, differ from it. */
	headWidth(): number {
		const whole = this.need('embedding_length') / this.need('attention.head_count');
		const width = this.optional('attention.key_length') ?? whole;
		for (const word of ['attention.value_length', 'rope.dimension_count'])
			if ((this.optional(word) ?? width) !== width)
				throw damagedGguf(`says ${this.architecture}.${word} other than the width of its heads`);
		return width;
	}

	/** Base and scaling of rotary positions; another kind of scaling is refused where the config is read. */
	rotary(base: number): Config {
		const type = this.text('rope.scaling.type') ?? 'none';
		const factor = this.optional('rope.scaling.factor') ?? this.optional('rope.scale_linear');
		for (const word of ['rope.scaling.original_context_length', 'vocab_size']) this.optional(word);
		this.flag('rope.scaling.finetuned');
		const scaled =
			type === 'none' && (factor === null || factor === 1)
				? null
				: { rope_type: type === 'none' ? 'linear' : type, factor };
		return {
			rope_theta: this.optional('rope.freq_base') ?? base,
			...(scaled && { rope_scaling: scaled })
		};
	}
}
