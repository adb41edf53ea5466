/**
 * `tokenizer.json` at work: from a text to ids, exactly as the reference implementation (`tokenizers` in Rust) has them.
 * Every component and option is on the list of those that tests hold to it (`tests/golden/tokenizer-grid.test.ts`);
 * any other is refused by name. Truncation and padding are left aside: `transformers` sets them anew at each call.
 */
import { addedTokensOf, TokenFinder, type AddedToken } from './added-tokens';
import { fieldsOf } from './component';
import { checkSpaces } from './config';
import { modelOf } from './models/models';
import { normalizerOf, type Normalizer } from './normalizers';
import { postProcessorOf } from './post-processors';
import { preTokenizerOf } from './pre-tokenizers';
import type { Model } from './models/vocabulary';

export class Pipeline {
	readonly added: AddedToken[];
	/** Ids by entry, without the added tokens. */
	readonly entries: ReadonlyMap<string, number>;
	readonly #normalizer: Normalizer;
	readonly #preTokenizer: ReturnType<typeof preTokenizerOf>;
	readonly #model: Model;
	readonly #postProcessor: ReturnType<typeof postProcessorOf>;
	readonly #asWritten: TokenFinder;
	readonly #normalized: TokenFinder;

	/**
	 * `tokenizer.json` and `tokenizer_config.json`. Throws a Problem that names what in them is unsound, or cannot be done
	 * exactly.
	 */
	constructor(file: unknown, config: unknown) {
		const fields = fieldsOf(file, 'tokenizer.json');
		const settings = fieldsOf(config, 'tokenizer_config.json');
		checkSpaces(settings, fields.pre_tokenizer);
		this.#normalizer = normalizerOf(fields.normalizer);
		this.#preTokenizer = preTokenizerOf(fields.pre_tokenizer);
		this.#model = modelOf(fields.model);
		this.#postProcessor = postProcessorOf(fields.post_processor);
		this.entries = this.#model.entries;
		this.added = addedTokensOf(fields.added_tokens, this.entries);
		this.#asWritten = new TokenFinder(
			this.added.filter(({ asWritten }) => asWritten),
			({ content }) => content
		);
		this.#normalized = new TokenFinder(
			this.added.filter(({ asWritten }) => !asWritten),
			({ content }) => this.#normalizer({ text: content, lead: 0 }).text
		);
	}

	/** The ids of a text, with what the post-processor puts around them. Throws a Problem for what nothing stands for. */
	ids(text: string): number[] {
		// Half a surrogate pair is no text: the replacement character is what UTF-8 makes of it.
		const sound = text.toWellFormed();
		const whole = { text: sound, lead: (sound.codePointAt(0) ?? 0) > 0xffff ? 2 : 1 };
		const ids = this.#asWritten.sections(whole).flatMap((section) =>
			typeof section === 'number'
				? section
				: this.#normalized.sections(this.#normalizer(section)).flatMap((part) => {
						if (typeof part === 'number') return part;
						return this.#preTokenizer([part]).flatMap((word) => this.#model.ids(word.text));
					})
		);
		return this.#postProcessor(ids);
	}

	/** The id that stands for what no entry does, if one does. */
	get unknown(): number | null {
		return this.#model.unknown;
	}

	/** The ids that every text begins with. */
	get start(): number[] {
		const [one, two] = [this.#postProcessor([-1]), this.#postProcessor([])];
		const at = one.indexOf(-1);
		return at < 0 ? two : one.slice(0, at);
	}
}
