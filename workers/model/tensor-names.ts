/** The names under which the same tensors are found in the wild, in files from anywhere. */
import type { Config } from '../graph/families/model-config';
import { architectureOf } from '../graph/families/families';

/**
 * Of every tensor that the model needs, the name it has among `names`: the engine's own, or that with another
 * beginning. What is not there is left out; what the model does not need (masks, caches) is passed over.
 */
export function foundAs(config: Config, names: Iterable<string>): Map<string, string> {
	const architecture = architectureOf(config);
	const there = new Set(names);
	const found = new Map<string, string>();
	for (const name of Object.keys(architecture.weights(config))) {
		const own = Object.keys(architecture.prefixes).find((prefix) => name.startsWith(prefix));
		const others = own === undefined ? [] : architecture.prefixes[own]!;
		const candidates = [name, ...others.map((other) => other + name.slice(own!.length))];
		const hit = candidates.find((candidate) => there.has(candidate));
		if (hit !== undefined) found.set(name, hit);
	}
	return found;
}
