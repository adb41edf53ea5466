/** Transcoder sets of circuit-tracer (https://github.com/decoderesearch/circuit-tracer). */
import { unsupportedTranscoder } from '../sae/unsupported';
import type { SaeFormat } from './format';

export const circuitTracer: SaeFormat = {
	name: 'circuit-tracer',
	files: [
		{ pattern: /^(config|wandb-config|wanb-config)\.ya?ml$/, label: 'config.yaml', many: true },
		{ pattern: /\.(safetensors|npz)$/, label: 'safetensors of every layer', many: true }
	],
	unsupported: true,
	read: (folder) => Promise.reject(unsupportedTranscoder(folder))
};
