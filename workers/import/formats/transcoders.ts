/**
 * Transcoders, cross-layer transcoders and crosscoders, among them those of circuit-tracer
 * (https://github.com/decoderesearch/circuit-tracer): recognised, so that the refusal can say what they are.
 */
import type { Problem } from '../../../src/core/names/errors';
import { unsupportedSae, type Folder } from '../files/folder';
import type { Format } from './format';

export const circuitTracer: Format = {
	name: 'circuit-tracer',
	layout: 'config.yaml and safetensors of every layer',
	claims: (names) =>
		names.some((name) => /^(config|wandb-config|wanb-config)\.ya?ml$/.test(name)) &&
		names.some((name) => /\.(safetensors|npz)$/.test(name)),
	read: (folder) => Promise.reject(unsupportedTranscoder(folder))
};

export function unsupportedTranscoder(folder: Folder): Problem {
	return unsupportedSae(
		folder,
		'is a transcoder: it reads the model at one place to tell what is written at another, and this program runs autoencoders, which read and write the same place',
		'Use an SAE of this layer instead.'
	);
}
