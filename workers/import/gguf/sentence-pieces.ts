/**
 * SentencePiece's BPE as GGUF files store it for Llama and Gemma: pieces with scores, of which the highest is made first.
 * The merges are those that transformers derives from them (`SpmConverter`): every pair of pieces that makes another,
 * best score first, then the longer left part.
 */
import { damagedGguf } from '../../../src/core/files/gguf-cursor';
import { refused } from '../../tokenizer/component';
import type { GgufMetadata } from './metadata';
import { NORMAL, type GgufTokens, type TokenizerParts } from './tokens';

const SPACE = '▁';
/** Letters. SentencePiece makes none longer than 16 unless told to; looking for halves takes the square of it. */
const LONGEST_PIECE = 128;

/** Throws a Problem where something is missing. */
export function sentencePieces(metadata: GgufMetadata, tokens: GgufTokens): TokenizerParts {
	const { texts, types } = tokens;
	const scores = metadata.numbers('tokenizer.ggml.scores');
	if (scores?.length !== texts.length) throw damagedGguf('has no score for each of its tokens');
	if (texts.some(({ length }, id) => types[id] === NORMAL && length > LONGEST_PIECE))
		throw damagedGguf('has a token longer than those of any model');
	const unknown = texts[metadata.number('tokenizer.ggml.unknown_token_id') ?? 0];
	if (unknown === undefined) throw damagedGguf('has no token for what is unknown');
	const isSpaced = metadata.flag('tokenizer.ggml.add_space_prefix') ?? true;
	const spaces = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
	const bytes = types.filter((type) => type === 6).length;
	if (bytes !== 0 && bytes !== 256) throw refused(`${bytes} tokens for bytes in a GGUF file`);
	return {
		addsStart: true,
		normalizer: isSpaced
			? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE }, spaces] }
			: spaces,
		preTokenizer: null,
		decoder: {
			type: 'Sequence',
			decoders: [
				{ type: 'Replace', pattern: { String: SPACE }, content: ' ' },
				{ type: 'ByteFallback' },
				{ type: 'Fuse' },
				...(isSpaced ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : [])
			]
		},
		model: {
			type: 'BPE',
			dropout: null,
			unk_token: unknown,
			continuing_subword_prefix: null,
			end_of_word_suffix: null,
			fuse_unk: true,
			byte_fallback: bytes > 0,
			ignore_merges: false
		},
		merges: () => mergesOf(tokens, scores)
	};
}

function mergesOf({ texts, types }: GgufTokens, scores: readonly number[]): [string, string][] {
	const normal = new Set(texts.filter((_, id) => types[id] === NORMAL));
	const merges: { left: string; right: string; score: number }[] = [];
	texts.forEach((text, id) => {
		if (types[id] !== NORMAL) return;
		for (let at = 1; at < text.length; at++) {
			const [left, right] = [text.slice(0, at), text.slice(at)];
			if (normal.has(left) && normal.has(right)) merges.push({ left, right, score: scores[id]! });
		}
	});
	merges.sort(
		(a, b) => b.score - a.score || b.left.length - a.left.length || b.right.length - a.right.length
	);
	return merges.map(({ left, right }) => [left, right]);
}
