/** An architecture of SAEs is one file and one line: nothing else knows their names. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parsePack } from '../../../../src/core/packs/manifest';
import { causeOf } from '../../../../src/core/experiments/fit-words';
import { SAE_ARCHITECTURES, saeArchitecture } from '../../../../src/core/sae/architectures';
import { kronShape } from '../../../../src/core/sae/architectures/kron';
import { saeConfig, saeConfigJson, type SaeConfig } from '../../../../src/core/sae/config';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
const FOLDER = 'src/core/sae/architectures';
const NAMES = SAE_ARCHITECTURES.map(({ name }) => name);

/** The smallest config of each, in the words of `cfg.json`. */
const config = (name: string) => ({
	architecture: name,
	d_in: 4,
	d_sae: 8,
	dtype: 'float32',
	k: 2,
	kron_h: 2,
	kron_m: 1,
	kron_n: 4,
	normalize_activations: 'layer_norm',
	apply_b_dec_to_input: false,
	reshape_activations: 'hook_z',
	metadata: { hook_name: 'blocks.1.attn.hook_z' }
});

function filesBelow(folder: string): string[] {
	return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
		.map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

describe('the registry', () => {
	it('holds every file of its folder, under the name of the file', () => {
		const files = readdirSync(path.join(ROOT, FOLDER)).map((file) => path.parse(file).name);
		expect([...NAMES].sort()).toEqual(files.sort());
		for (const name of NAMES) expect(saeArchitecture(name).name).toBe(name);
	});

	it.each(NAMES)(
		'%s is named in its own file, and where foreign formats are translated',
		(name) => {
			// "gated" is also what a hub's repository can be.
			const rooms =
				name === 'gated'
					? [
							'src/core/sae',
							'src/core/experiments',
							'src/core/packs',
							'workers/sae',
							'workers/experiments',
							'workers/packs'
						]
					: ['src', 'workers'];
			const naming = rooms.flatMap(filesBelow).filter((file) => {
				const code = readFileSync(path.join(ROOT, file), 'utf8').replace(
					/\/\*[^]*?\*\/|\/\/.*/g,
					''
				);
				return new RegExp(`['"\`]${name}['"\`]`).test(code);
			});
			expect(naming.filter((file) => !file.startsWith('workers/import/'))).toEqual([
				`${FOLDER}/${name}.ts`
			]);
		}
	);
});

describe.each(NAMES)('%s', (name) => {
	const { tensors, topK, directions, rule, threshold } = saeArchitecture(name);
	const cfg = saeConfig(config(name), 'cfg');

	it('is read from a config and written back in the same words', () => {
		expect(cfg).toMatchObject({ architecture: name, dIn: 4, dSae: 8, k: topK ? 2 : null });
		const json = saeConfigJson(cfg);
		expect(saeConfig(json, 'cfg')).toEqual(cfg);
		expect(config(name)).toMatchObject(json);
	});

	it('is accepted in a pack', () => {
		const sha256 = '0'.repeat(64);
		const site = 'blocks.1.hook_attn_out';
		const pack = parsePack({
			format: 'undercurrent-pack',
			version: '1.0',
			name: 'one',
			model: { config: {}, weights: ['w'], tokenizer: 'w', tokenizer_config: 'w' },
			saes: [{ id: site, site, cfg: config(name), weights: 'w' }],
			files: { w: { bytes: 1, sha256 } }
		});
		expect(pack.saes[0]!.cfg).toEqual(cfg);
	});

	it('has matrices of what it reads, and looks along columns that they have', () => {
		const shapes = tensors(cfg);
		const matrices = Object.entries(shapes).filter(([, shape]) => shape.length === 2);
		expect(matrices.length).toBeGreaterThan(0);
		for (const [, [rows]] of matrices) expect(rows).toBe(cfg.dIn);
		for (let index = 0; index < cfg.dSae; index++)
			for (const [tensor, column] of directions(index, cfg)) {
				expect(shapes[tensor]).toHaveLength(2);
				expect(column).toBeLessThan(shapes[tensor]![1]!);
			}
		const all = Array.from({ length: cfg.dSae }, (_, f) => directions(f, cfg).join());
		expect(new Set(all).size).toBe(cfg.dSae);
	});

	it('says its rule in words only where another of the same tensors can be taken for it', () => {
		const shapes = tensors(cfg);
		expect(Boolean(rule)).toBe('W_enc' in shapes && 'b_enc' in shapes);
		if (threshold) expect(shapes[threshold]).toEqual([cfg.dSae]);
		if (!rule) return;
		const repair = { kind: 'activation', architecture: name, k: 7, threshold: 0.25 } as const;
		expect(causeOf(repair, 'blocks.1.hook_mlp_out')).toBe(rule(repair));
		expect(rule({ k: 7, threshold: null })).not.toMatch(/null|undefined/);
	});
});

it('knows the shape of a KronSAE alone', () => {
	const shape = { heads: 2, rows: 1, columns: 4 };
	for (const name of NAMES)
		expect(kronShape(saeConfig(config(name), 'cfg'))).toEqual(name === 'kron' ? shape : null);
	const { wrong } = saeArchitecture('kron');
	const cfg: SaeConfig = saeConfig(config('kron'), 'cfg');
	expect(wrong!({ ...cfg, dSae: 9 })).toBe('kron_h × kron_m × kron_n is not its d_sae');
});
