/**
 * A model's chat template, a program in Jinja that writes out a conversation. It is run a few times when a pack is
 * opened, on letters that no text has, and what it puts around them is all that is kept of it. The only door to
 * @huggingface/jinja, which interprets templates and can reach nothing outside of them.
 */
import { Template } from '@huggingface/jinja';
import type { Chat, ChatForm } from '../../src/core/prompt/conversation';

const [SYSTEM, USER, ANSWER, NEXT] = ['\u{F0001}', '\u{F0002}', '\u{F0003}', '\u{F0004}'];
/** Characters; those in use have less than 20,000. */
const LONGEST = 100_000;

interface Message {
	role: 'system' | 'user' | 'assistant';
	content: string;
}

const system: Message = { role: 'system', content: SYSTEM };
const user: Message = { role: 'user', content: USER };
const turns: Message[] = [
	user,
	{ role: 'assistant', content: ANSWER },
	{ role: 'user', content: NEXT }
];

/**
 * What `tokenizer_config.json` has as a template; null where it has none. `start`: the text that the tokenizer puts
 * before every other, which templates write out as well.
 */
export function chatOf(config: unknown, start: string): Chat | null {
	if (typeof config !== 'object' || config === null) return null;
	const fields = config as Record<string, unknown>;
	const source = sourceOf(fields.chat_template);
	if (source === null) return null;
	if (source.length > LONGEST) return unusable('it is too long');
	try {
		const form = formOf(runnerOf(source, fields), start);
		return form ? { form } : unusable('it changes what is said');
	} catch (error) {
		return unusable(reasonOf(error));
	}
}

/** The interpreter's own words, unless it stumbled over what is no template. */
const reasonOf = (error: unknown): string =>
	error instanceof Error && !(error instanceof TypeError)
		? error.message.slice(0, 160).replace(/\.$/, '')
		: 'it is not written correctly';

const unusable = (why: string): Chat => ({
	problem: `The chat template of this model cannot be used here: ${why}.`
});

/** One template, or the default of several. */
function sourceOf(value: unknown): string | null {
	if (typeof value === 'string') return value;
	if (!Array.isArray(value)) return null;
	const named = value as { name?: unknown; template?: unknown }[];
	const chosen = named.find((one) => one?.name === 'default');
	return typeof chosen?.template === 'string' ? chosen.template : null;
}

type Runner = (messages: Message[]) => string;

function runnerOf(source: string, fields: Record<string, unknown>): Runner {
	const template = new Template(source);
	const tokens = Object.fromEntries(
		['bos_token', 'eos_token', 'unk_token', 'pad_token'].map((name) => [
			name,
			tokenOf(fields[name])
		])
	);
	return (messages) => template.render({ ...tokens, messages, add_generation_prompt: true });
}

/** A token is written as its text, or as an object that has it. */
function tokenOf(value: unknown): string {
	if (typeof value === 'string') return value;
	const { content } = (value ?? {}) as { content?: unknown };
	return typeof content === 'string' ? content : '';
}

/** Null where what is said does not come out as it went in. */
function formOf(run: Runner, start: string): ChatForm | null {
	const without = (text: string) =>
		start !== '' && text.startsWith(start) ? text.slice(start.length) : text;
	const one = between(run([user]), [USER]);
	if (!one) return null;
	const [bare, answer] = one as [string, string];
	const headed = between(
		attempt(() => run([system, user])),
		[SYSTEM, USER]
	);
	const longer = between(
		attempt(() => run(turns)),
		[USER, ANSWER, NEXT]
	);
	const isSteady = longer?.[1] === answer && longer[3] === answer;
	return {
		system: headed?.[2] === answer ? { before: without(headed[0]!), after: headed[1]! } : null,
		bare: without(bare),
		answer,
		next: isSteady ? longer[2]! : null
	};
}

/** Templates refuse a role that they do not know by an error of their own. */
function attempt(run: () => string): string {
	try {
		return run();
	} catch {
		return '';
	}
}

/** The parts of a text between letters that must stand in it once each, in this order. */
function between(text: string, letters: string[]): string[] | null {
	const parts = text.split(new RegExp(`[${letters.join('')}]`, 'u'));
	const found = [...text].filter((letter) => letters.includes(letter)).join('');
	return found === letters.join('') ? parts : null;
}
