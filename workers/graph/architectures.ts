/** The families of models the engine can build. To add one: its file, and its line here. */
import { Problem } from '../../src/core/errors';
import type { Architecture, Config } from './architecture';
import { llama } from './llama';

const ARCHITECTURES: Architecture[] = [llama];

/** Throws a Problem when no family knows the config's `model_type`. */
export function architectureOf(config: Config): Architecture {
	const type = String(config.model_type ?? '').slice(0, 40);
	const found = ARCHITECTURES.find((a) => a.modelTypes.includes(type));
	if (found) return found;
	const known = ARCHITECTURES.flatMap((a) => a.modelTypes).join(', ');
	throw new Problem(
		'unsupported',
		`Models of the type "${type}" are not supported yet.`,
		`Supported types: ${known}.`
	);
}
