/** The names under which the same tensors are found in the wild, in files from anywhere. */
import { withoutBlockType } from '../../src/core/files/blocks';
import type { Architecture } from '../graph/families/family';
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';

/**
 * Of every tensor that the model needs, the name it has among `names`: the engine's own, or that with another
 * beginning. What is not there is left out; what the model does not need (masks, caches) is passed over.
 */
export function foundAs(config: Config, names: Iterable<string>): Map<string, string> {
	const architecture = architectureOf(config);
	const there = new Map([...names].toReversed().map((name) => [plainName(name), name]));
	const found = new Map<string, string>();
	const { table } = architecture.embedding(config);
	const isTied = architecture.readout(config).unembedding === table;
	for (const name of Object.keys(architecture.weights(config))) {
		const candidates = spellings(architecture, name);
		// Of two names for one tensor, safetensors' `save_model` keeps either.
		if (isTied && name === table) candidates.push(...spellings(architecture, architecture.head));
		const hit = candidates.find((candidate) => there.has(candidate));
		if (hit !== undefined) found.set(name, there.get(hit)!);
	}
	return found;
}

/** The unembedding among `names`, where a config says that it is the embedding and a file holds both; null elsewhere. */
export function secondTable(config: Config, names: Iterable<string>): string | null {
	const architecture = architectureOf(config);
	const { table } = architecture.embedding(config);
	if (architecture.readout(config).unembedding !== table) return null;
	const there = new Map([...names].map((name) => [plainName(name), name]));
	const [embedding, head] = [table, architecture.head].map((name) =>
		spellings(architecture, name).find((spelling) => there.has(spelling))
	);
	return embedding === undefined || head === undefined ? null : there.get(head)!;
}

function spellings({ prefixes }: Architecture, name: string): string[] {
	const own = Object.keys(prefixes).find((prefix) => name.startsWith(prefix));
	const others = own === undefined ? [] : prefixes[own]!;
	return [name, ...others.map((other) => other + name.slice(own!.length))];
}

/** A name without what wrappers put around it and packs behind it. */
const plainName = (name: string): string => withoutWrappers(withoutBlockType(name));

/** `torch.compile` and data parallelism put modules of their own around others. */
export const withoutWrappers = (name: string): string =>
	name
		.split('.')
		.filter((part) => part !== '_orig_mod')
		.join('.')
		.replace(/^module\./, '');
