/**
 * Five lessons and some worked examples, each a place in the page's own views. All are of the model of stories that comes
 * with the page; `tests/unit/core/lessons/lessons.test.ts` runs it to hold every answer to what it does.
 */
import { DEFAULTS, formatAddress, type AddressState } from '../address';
import type { Edit } from '../steering/writing';

export interface Lesson {
	title: string;
	/** What there is to know, in a few sentences. */
	text: string;
	task: string;
	/** Shown when the reader asks for it. */
	answer: string;
	place: Partial<AddressState>;
}

export interface WorkedExample {
	title: string;
	/** What is to be seen there. */
	text: string;
	place: Partial<AddressState>;
}

const FOX = 'Once upon a time there was a little fox. One day';
const GIFT = 'Tom gave the ball to Anna. Then Anna gave the ball to';

/** The theme of food, of three features, each at its own strength or all at another. */
const food = (strength?: number): Edit[] => [
	{ id: 'blocks.4.hook_attn_out/508', mode: 'add', value: strength ?? 35.6 },
	{ id: 'blocks.5.hook_resid_post/58', mode: 'add', value: strength ?? 47.4 },
	{ id: 'blocks.5.hook_resid_post/1586', mode: 'add', value: strength ?? 71.7 }
];

export const LESSONS: readonly Lesson[] = [
	{
		title: 'What a token is',
		text: 'A language model does not read letters or words. The text is cut into tokens, pieces that were frequent in what it learned from, and each becomes a row of numbers. The tokens of the prompt stand below it.',
		task: 'Which words of this sentence are cut into pieces, and which are not, though they are long? Then try a few words of your own.',
		answer:
			'“grandmother” and “pancakes” are one token each: the stories are full of them. “strawberry” is three, “straw”, “ber” and “ry”, and “baked” is two. What stands before the sentence is a token, too: it marks the beginning of every text.',
		place: { view: 'explore', prompt: 'The kind grandmother baked strawberry pancakes.' }
	},
	{
		title: 'What a feature is',
		text: 'Inside the model, hundreds of ideas share the same few numbers. A sparse autoencoder takes them apart into features, of which only a few are active on a token. This one was named “colour word”; the examples below show where it was most active in texts it was never fitted to.',
		task: 'It fires on “red” and “blue” here. Put “The red fox felt blue.” into the prompt: does it fire as well? What is it really about?',
		answer:
			'It stays silent. It does not answer to the word but to a colour that is given to a thing, as in “a red hat”. Names are short and features are not: that is why each name says in how many examples it holds.',
		place: {
			view: 'feature',
			id: 'blocks.3.hook_resid_post/442',
			prompt: 'She wore a red hat and a blue coat.'
		}
	},
	{
		title: 'What layers do',
		text: 'Each layer adds to what the one before has found. Asked after every layer what comes next, the model would give another answer: see “Logit lens” below.',
		task: 'The ball has to go back to somebody. In which layer does the model find the name?',
		answer:
			'In the last one, 5: “Tom”, with 95 %. After layers 0 to 3 it would say “the”, after layer 4 “her”. To know who had the ball first takes heads of attention in several layers that work together; the view Circuit shows which features they pass on.',
		place: { view: 'explore', prompt: GIFT, site: 'blocks.5.hook_resid_post' }
	},
	{
		title: 'Steering',
		text: 'A feature can be turned up while the model writes: its direction is added at every token. Here three features that have to do with food are, each by as much as was found to change the text and leave the English whole.',
		task: 'Compare both texts. Then move the sliders to 0, one after the other: which of the three brings the soup?',
		answer:
			'The fox of the unsteered text walks in the forest; the steered one is hungry and eats until the sun is gone. That the text changes is evidence that the features matter to what is written, and not merely fire beside it.',
		place: { view: 'steer', prompt: FOX, length: 40, steer: food() }
	},
	{
		title: 'When it breaks',
		text: 'The same three features, several times as strong.',
		task: 'What has become of the story? Look for the largest strength at which it is still one.',
		answer:
			'“soup soup soup”. Far outside of what the model has ever met, its layers no longer work together. A steered text shows little by itself: compare it with the unsteered one, at a strength that leaves the text whole, and with random directions of the same size.',
		place: { view: 'steer', prompt: FOX, length: 40, steer: food(300) }
	}
];

export const EXAMPLES: readonly WorkedExample[] = [
	{
		title: 'A feature through the layers',
		text: 'Queens, princes and princesses: where the feature comes from, and into what it turns.',
		place: { view: 'flow', id: 'blocks.4.hook_resid_post/843' }
	},
	{
		title: 'Why “Tom”, and not “Anna”?',
		text: 'The sparse feature circuit of a name that has to be looked up.',
		place: { view: 'circuit', prompt: GIFT, target: ' Tom', ratherThan: ' Anna' }
	},
	{
		title: 'What sadness adds',
		text: 'Features that fire on one sentence and not on another.',
		place: {
			view: 'find',
			by: 'contrast',
			find: 'The little girl was sad and began to cry.',
			against: 'The little girl was happy and began to sing.'
		}
	},
	{
		title: 'All features of a sentence, merged',
		text: 'The flow of a whole prompt, from the embedding to the last layer.',
		place: { view: 'flow', prompt: 'The old fox went to the sea.' }
	},
	{
		title: 'The paper, done again',
		text: 'The tables of “Analyze Feature Flow”, beside what this model gives.',
		place: { view: 'report', page: 'flow' }
	}
];

/** Address of a lesson, counted from 1. */
export const lessonHref = (number: number): string =>
	formatAddress({ ...DEFAULTS, ...LESSONS[number - 1]?.place, lesson: number });

export const exampleHref = ({ place }: WorkedExample): string =>
	formatAddress({ ...DEFAULTS, ...place });
