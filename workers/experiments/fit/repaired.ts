/** An SAE with one known mistake undone. Nothing is changed in place. */
import type { SaeConfig } from '../../../src/core/sae/config';
import type { Floats } from '../../../src/core/files/safetensors';
import type { Repair } from '../../../src/core/experiments/fit';
import { numbers, type UnpackedSae } from './unpacked-sae';
import { withInputScale } from '../../import/sae/fold-weights';
import { transpose } from '../../import/files/tensor-table';

export function repaired(unpacked: UnpackedSae, repair: Repair): UnpackedSae {
	switch (repair.kind) {
		case 'site':
			return { ...unpacked, info: { ...unpacked.info, site: repair.site } };
		case 'scale':
			return scaled(unpacked, repair.factor);
		case 'normalize':
			return withConfig(unpacked, { normalizeActivations: repair.to });
		case 'subtract':
			return withConfig(unpacked, { applyBDecToInput: repair.bDec });
		case 'bias':
			return withTensors(unpacked, { b_dec: vector(Float32Array.from(repair.bDec)) });
		case 'activation':
			return withActivation(unpacked, repair);
		case 'turned':
			return turned(unpacked, repair.which);
	}
}

function scaled(unpacked: UnpackedSae, factor: number): UnpackedSae {
	const names = ['W_enc', 'W_dec', 'b_dec'];
	const folded = withInputScale(
		Object.fromEntries(names.map((name) => [name, numbers(unpacked, name)])),
		factor
	);
	const tensors = Object.entries(folded).map(
		([name, data]) => [name, { shape: unpacked.tensors.get(name)!.shape, data }] as const
	);
	return withTensors(unpacked, Object.fromEntries(tensors));
}

function withActivation(
	unpacked: UnpackedSae,
	{ architecture, k, threshold }: Repair & { kind: 'activation' }
): UnpackedSae {
	const changed = withConfig(unpacked, { architecture, k });
	if (threshold === null) return changed;
	const all = new Float32Array(unpacked.info.cfg.dSae).fill(threshold);
	return withTensors(changed, { threshold: vector(all) });
}

function turned(unpacked: UnpackedSae, which: (Repair & { kind: 'turned' })['which']): UnpackedSae {
	const { dIn, dSae } = unpacked.info.cfg;
	const turn = (name: string, rows: number, columns: number): Floats => ({
		shape: [columns, rows],
		data: transpose(numbers(unpacked, name), rows, columns)
	});
	// Only a square matrix can lie the other way round unnoticed.
	const encoder = () => ({ W_enc: turn('W_enc', dIn, dSae) });
	const decoder = () => ({ W_dec: turn('W_dec', dSae, dIn) });
	if (which === 'encoder') return withTensors(unpacked, encoder());
	if (which === 'decoder') return withTensors(unpacked, decoder());
	if (which === 'both') return withTensors(unpacked, { ...encoder(), ...decoder() });
	return withTensors(unpacked, {
		W_enc: turn('W_dec', dSae, dIn),
		W_dec: turn('W_enc', dIn, dSae)
	});
}

const withConfig = (unpacked: UnpackedSae, cfg: Partial<SaeConfig>): UnpackedSae => ({
	...unpacked,
	info: { ...unpacked.info, cfg: { ...unpacked.info.cfg, ...cfg } }
});

const withTensors = (unpacked: UnpackedSae, tensors: Record<string, Floats>): UnpackedSae => ({
	...unpacked,
	tensors: new Map([...unpacked.tensors, ...Object.entries(tensors)])
});

const vector = (data: Float32Array): Floats => ({ shape: [data.length], data });
