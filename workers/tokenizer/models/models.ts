/** The models of `tokenizer.json`. */
import { Component, fieldsOf } from '../component';
import { Bpe } from './bpe';
import { Unigram } from './unigram';
import type { Model } from './vocabulary';
import { WordLevel, WordPiece } from './words';

const MODELS: Record<string, (component: Component) => Model> = {
	BPE: (component) => new Bpe(component),
	Unigram: (component) => new Unigram(component),
	WordLevel: (component) => new WordLevel(component),
	WordPiece: (component) => new WordPiece(component)
};

/** Throws a Problem that names a model, or an option of one, that is not known to be exact. */
export function modelOf(value: unknown): Model {
	const fields = fieldsOf(value, 'the model');
	const component = new Component('model', value, 'type' in fields ? undefined : typeBy(fields));
	const make = Object.hasOwn(MODELS, component.type) ? MODELS[component.type]! : null;
	if (!make) throw component.refuse();
	const model = make(component);
	component.end();
	return model;
}

/** Files of 2021 and before leave it to the fields. */
function typeBy(fields: Record<string, unknown>): string {
	if ('merges' in fields) return 'BPE';
	if (Array.isArray(fields.vocab)) return 'Unigram';
	return 'continuing_subword_prefix' in fields ? 'WordPiece' : 'WordLevel';
}
