/** What is read until a reader types something. */
import { promptOf, type Chat } from './conversation';

const STORY = 'Once upon a time there was a little fox who lived near the sea. One day the fox';
const QUESTION = { system: null, turns: [{ user: 'Why is the sea salty?', answer: '' }] };

/** A question to a model that converses; else `example`, the prompt of a worked example, or the page's own. */
export function firstPrompt(chat: Chat | null, example: string | null): string {
	return chat && 'form' in chat ? promptOf(chat.form, QUESTION) : (example ?? STORY);
}
