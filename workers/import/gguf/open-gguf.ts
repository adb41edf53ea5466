/** A model in a GGUF file: config, tensors and tokenizer as Hugging Face's files would say them. */
import { damagedGguf } from '../../../src/core/files/gguf-cursor';
import type { GgufTensor } from '../../../src/core/files/gguf';
import { Problem } from '../../../src/core/names/errors';
import { architectureOf, notesOnConfig } from '../../graph/families/families';
import type { Config } from '../../graph/families/model-config';
import { checkLayers } from '../../model/layers-held';
import type { Folder } from '../files/folder';
import type { ModelFolder, ModelTensor } from '../model-folder';
import { ggufFamily, type GgufFamily } from './families';
import { GgufReader } from './reader';
import { ggufTensor } from './tensor';
import { tokenizerOf } from './tokenizer';
import { GgufWords } from './words';

const AS_IT_IS =
	'The pack holds the weights of a GGUF file as they are, whatever type is chosen for others.';
const ROPE_FACTORS = 'rope_freqs.weight';

/**
 * Reads the header, no weights. Throws a Problem where the file is not sound, or holds anything that is not known to
 * lead to the same numbers and ids.
 */
export async function openGguf(folder: Folder, file: string): Promise<ModelFolder> {
	const reader = await GgufReader.open(folder, file);
	const { metadata, gguf } = reader;
	if ((metadata.number('split.count') ?? 1) > 1) throw isPart();
	const architecture = metadata.text('general.architecture');
	const family = ggufFamily(architecture);
	const factors = gguf.tensors.get(ROPE_FACTORS);
	const words = new GgufWords(metadata, gguf.tensors, architecture!);
	const config = family.config(words, factors ? await floats(reader, factors) : null);
	checkLayers(config, gguf.tensors.size);
	const tensors = tensorsOf(reader, family, config);
	const tokenizer = tokenizerOf(metadata, Number(config.vocab_size));
	const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
	return {
		config,
		second: null,
		notes: [AS_IT_IS, ...notesOnConfig(config), ...unknownWords(words)],
		tensors,
		tokenizer: async () => utf8(tokenizer.tokenizer()),
		tokenizerConfig: async () => utf8(tokenizer.config)
	};
}

async function floats(reader: GgufReader, tensor: GgufTensor): Promise<Float32Array> {
	const differences = { rowOrder: null, isTurned: false, isOneMore: false };
	return (await ggufTensor(reader, ROPE_FACTORS, tensor, differences).read()).data;
}

/** Throws a Problem where one is missing or has another shape, and for one that the model does not have. */
function tensorsOf(
	reader: GgufReader,
	family: GgufFamily,
	config: Config
): Map<string, ModelTensor> {
	const { weights, storedInOut } = architectureOf(config);
	const found = new Map<string, ModelTensor>();
	const unused = new Set(reader.gguf.tensors.keys());
	unused.delete(ROPE_FACTORS);
	for (const [name, shape] of Object.entries(weights(config))) {
		const { inFile, part } = nameInFile(family, name);
		const isTurned = storedInOut?.test(name) ?? false;
		const tensor = reader.gguf.tensors.get(inFile);
		const expected = isTurned ? shape.toReversed() : shape;
		if (tensor?.shape.join() !== expected.join())
			throw damagedGguf(`has no tensor ${inFile} of shape [${expected.join()}]`);
		unused.delete(inFile);
		const differences = {
			rowOrder: part === null ? null : family.rowOrder(part, expected[0]!, config),
			isTurned,
			isOneMore: family.onePlus && /norm\.weight$/.test(name)
		};
		found.set(name, ggufTensor(reader, name, tensor, differences));
	}
	const [more] = unused;
	if (more === undefined) return found;
	throw new Problem(
		'unsupported',
		`This GGUF file has a tensor ${more.slice(0, 80)}, which models of its architecture are not known to have.`,
		'Choose another conversion of the model.'
	);
}

/** GGUF's name of a tensor, and Hugging Face's of it within a layer. */
function nameInFile(
	{ layer, outside }: GgufFamily,
	name: string
): { inFile: string; part: string | null } {
	const [, module = '', kind = ''] = /^(.*)\.(weight|bias)$/.exec(name) ?? [];
	const [, index, part = ''] = /^\w+\.(?:layers|h)\.(\d+)\.(.*)$/.exec(module) ?? [];
	if (index === undefined) return { inFile: `${outside[module]}.${kind}`, part: null };
	return { inFile: `blk.${index}.${layer[part]}.${kind}`, part };
}

/** Words of the architecture with which nothing was done. */
function unknownWords({ metadata, architecture }: GgufWords): string[] {
	const words = metadata.unasked(`${architecture}.`);
	if (words.length === 0) return [];
	const shown = words.slice(0, 8).map((word) => word.slice(0, 60));
	const more = words.length > shown.length ? ' and others' : '';
	return [
		`The GGUF file has words that are not known here, and nothing is done with them: ${shown.join(', ')}${more}.`
	];
}

function isPart(): Problem {
	return new Problem(
		'unsupported',
		'This GGUF file is one of several parts of a model.',
		'Join them with llama.cpp: llama-gguf-split --merge FIRST.gguf WHOLE.gguf.'
	);
}
