/** The families of models the engine can build. To add one: its file, and its line here. */
import { Problem } from '../../../src/core/names/errors';
import type { Architecture } from './family';
import { only, type Config } from './model-config';
import { gemma } from './gemma';
import { gptNeo } from './gpt-neo';
import { gptNeox } from './gpt-neox';
import { gpt2 } from './gpt2';
import { llama } from './llama';

const ARCHITECTURES: Architecture[] = [llama, gpt2, gptNeo, gptNeox, gemma];

/** Throws a Problem when no family knows the config's `model_type`, or it asks for what none can do. */
export function architectureOf(config: Config): Architecture {
	const { model_type } = config;
	const type = typeof model_type === 'string' ? model_type.slice(0, 40) : '';
	const found = ARCHITECTURES.find((a) => a.modelTypes.includes(type));
	if (found) {
		only(config, { add_cross_attention: [false], is_encoder_decoder: [false] });
		only(config, { quantization_config: [null] });
		return found;
	}
	const known = ARCHITECTURES.flatMap((a) => a.modelTypes).join(', ');
	throw new Problem(
		'unsupported',
		`Models of the type "${type}" are not supported yet.`,
		`Supported types: ${known}.`
	);
}
