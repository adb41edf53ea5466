/** An SAE with one known mistake undone. Nothing is changed in place. */
import type { SaeConfig } from '../../../src/core/packs/manifest';
import type { Floats } from '../../../src/core/files/safetensors';
import type { Repair } from '../../../src/core/labs/fit';
import { withInputScale } from '../../import/sae/fold-weights';
import { transpose } from '../../import/files/tensor-table';
import { numbers, type Subject } from './parts';

export function repaired(subject: Subject, repair: Repair): Subject {
	switch (repair.kind) {
		case 'site':
			return { ...subject, info: { ...subject.info, site: repair.site } };
		case 'scale':
			return scaled(subject, repair.factor);
		case 'normalize':
			return withConfig(subject, { normalizeActivations: repair.to });
		case 'subtract':
			return withConfig(subject, { applyBDecToInput: repair.bDec });
		case 'bias':
			return withTensors(subject, { b_dec: vector(Float32Array.from(repair.bDec)) });
		case 'activation':
			return withActivation(subject, repair);
		case 'turned':
			return turned(subject, repair.which);
	}
}

function scaled(subject: Subject, factor: number): Subject {
	const names = ['W_enc', 'W_dec', 'b_dec'];
	const folded = withInputScale(
		Object.fromEntries(names.map((name) => [name, numbers(subject, name)])),
		factor
	);
	const tensors = Object.entries(folded).map(
		([name, data]) => [name, { shape: subject.tensors.get(name)!.shape, data }] as const
	);
	return withTensors(subject, Object.fromEntries(tensors));
}

function withActivation(
	subject: Subject,
	{ architecture, k, threshold }: Repair & { kind: 'activation' }
): Subject {
	const changed = withConfig(subject, { architecture, k });
	if (threshold === null) return changed;
	const all = new Float32Array(subject.info.cfg.dSae).fill(threshold);
	return withTensors(changed, { threshold: vector(all) });
}

function turned(subject: Subject, which: (Repair & { kind: 'turned' })['which']): Subject {
	const { dIn, dSae } = subject.info.cfg;
	const turn = (name: string, rows: number, columns: number): Floats => ({
		shape: [columns, rows],
		data: transpose(numbers(subject, name), rows, columns)
	});
	// Only a square matrix can lie the other way round unnoticed.
	const encoder = () => ({ W_enc: turn('W_enc', dIn, dSae) });
	const decoder = () => ({ W_dec: turn('W_dec', dSae, dIn) });
	if (which === 'encoder') return withTensors(subject, encoder());
	if (which === 'decoder') return withTensors(subject, decoder());
	if (which === 'both') return withTensors(subject, { ...encoder(), ...decoder() });
	return withTensors(subject, {
		W_enc: turn('W_dec', dSae, dIn),
		W_dec: turn('W_enc', dIn, dSae)
	});
}

const withConfig = (subject: Subject, cfg: Partial<SaeConfig>): Subject => ({
	...subject,
	info: { ...subject.info, cfg: { ...subject.info.cfg, ...cfg } }
});

const withTensors = (subject: Subject, tensors: Record<string, Floats>): Subject => ({
	...subject,
	tensors: new Map([...subject.tensors, ...Object.entries(tensors)])
});

const vector = (data: Float32Array): Floats => ({ shape: [data.length], data });
