/** What is put around the tokens of a text: the post-processors of `tokenizer.json`, as far as they concern ids. */
import { madeOf, type Component, fieldsOf, unsound } from './component';

type PostProcessor = (ids: number[]) => number[];

/** Throws a Problem that names a post-processor, or an option of one, that is not known to be exact. */
export function postProcessorOf(value: unknown): PostProcessor {
	return madeOf<PostProcessor>('post-processor', value, known, (ids) => ids);
}

function known(component: Component): PostProcessor {
	switch (component.type) {
		case 'Sequence': {
			const all = component.list('processors').map(postProcessorOf);
			// The second would have the parts of the first for two texts.
			if (all.filter((step) => step([]).length > 0).length > 1)
				throw component.refuse('more than one that adds tokens');
			return (ids) => all.reduce((before, step) => step(before), ids);
		}
		case 'ByteLevel':
			return ofOffsetsAlone(component, (ids) => ids);
		case 'TemplateProcessing':
			return template(component);
		case 'BertProcessing':
			return between(component);
		case 'RobertaProcessing':
			return ofOffsetsAlone(component, between(component));
		default:
			throw component.refuse();
	}
}

/** Options that move no token. */
function ofOffsetsAlone(component: Component, postProcessor: PostProcessor): PostProcessor {
	for (const name of ['add_prefix_space', 'trim_offsets', 'use_regex']) component.flag(name, true);
	return postProcessor;
}

function between(component: Component): PostProcessor {
	const [start, end] = ['cls', 'sep'].map((name) => {
		const pair = component.list(name);
		const id = pair[1];
		if (pair.length !== 2 || !Number.isSafeInteger(id))
			throw unsound(`${name} of the post-processor ${component.type} has no id`);
		return id as number;
	});
	return (ids) => [start!, ...ids, end!];
}

function template(component: Component): PostProcessor {
	// For two texts at once, which are never read here.
	component.any('pair');
	const specials = fieldsOf(component.any('special_tokens'), 'special_tokens of the template');
	const parts = component.list('single').map((part): number[] | null => {
		const { Sequence, SpecialToken, ...others } = fieldsOf(part, 'a part of the template');
		if (Object.keys(others).length > 0) throw component.refuse(Object.keys(others)[0]);
		if (Sequence !== undefined) {
			const { id } = fieldsOf(Sequence, 'a part of the template');
			if (id !== 'A') throw component.refuse(`the sequence ${String(id)} in a template for one`);
			return null;
		}
		const name = String(fieldsOf(SpecialToken, 'a part of the template').id);
		const special = Object.hasOwn(specials, name) ? specials[name] : undefined;
		const { ids } = fieldsOf(special, `${name} of the template`);
		if (!Array.isArray(ids) || !ids.every((id) => Number.isSafeInteger(id)))
			throw unsound(`${name} of the template has no ids`);
		return ids as number[];
	});
	return (ids) => parts.flatMap((part) => part ?? ids);
}
