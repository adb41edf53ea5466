/**
 * Conversations as an instruct model's chat template writes them. A prompt is always the whole text, template and all:
 * what is said in it is read back from that text, so nothing else needs to be kept or shared.
 */

/** What a template puts between the words of those who speak. */
export interface ChatForm {
	/** Around the system's words; null where the template knows no system. */
	system: { before: string; after: string } | null;
	/** Before the first words of the user where no system's words are given: the template's own, if it has some. */
	bare: string;
	/** Between the words of the user and the model's answer. */
	answer: string;
	/** Between the model's answer and the next words of the user; null where the template knows one turn only. */
	next: string | null;
}

/** The template of a pack: its form, or one sentence that says why it cannot be used. */
export type Chat = { form: ChatForm } | { problem: string };

export interface Turn {
	user: string;
	/** What the model has said, or the beginning of it. */
	answer: string;
}

export interface Conversation {
	/** null: none given. */
	system: string | null;
	/** At least one. */
	turns: readonly Turn[];
}

/** The prompt of a conversation. Where a template knows no system or one turn only, the rest is left out. */
export function promptOf(form: ChatForm, { system, turns }: Conversation): string {
	const head =
		system !== null && form.system ? form.system.before + system + form.system.after : form.bare;
	const said = form.next === null ? turns.slice(0, 1) : turns;
	return head + said.map(({ user, answer }) => user + form.answer + answer).join(form.next ?? '');
}

/** The conversation that a prompt is; null where it is none in this form. */
export function conversationIn(form: ChatForm, prompt: string): Conversation | null {
	const head = headOf(form, prompt);
	if (!head) return null;
	const parts = form.next === null ? [head.rest] : head.rest.split(form.next);
	const turns = parts.map((part): Turn | null => {
		const at = part.indexOf(form.answer);
		return at < 0 ? null : { user: part.slice(0, at), answer: part.slice(at + form.answer.length) };
	});
	if (turns.some((turn) => turn === null)) return null;
	return { system: head.system, turns: turns as Turn[] };
}

/** What comes before the first words of the user, taken off. */
function headOf(form: ChatForm, prompt: string): { system: string | null; rest: string } | null {
	const { bare, system } = form;
	if (prompt.startsWith(bare)) return { system: null, rest: prompt.slice(bare.length) };
	if (!system || !prompt.startsWith(system.before)) return null;
	const from = system.before.length;
	const to = prompt.indexOf(system.after, from);
	if (to < 0) return null;
	return { system: prompt.slice(from, to), rest: prompt.slice(to + system.after.length) };
}
