/** The decoders of a folder of SAELens folders by their sites, each read when it is asked for. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../src/core/errors';
import type { Decoders } from '../../src/core/golden-chain';
import { tapOf } from '../../src/core/site';
import { readSaeFolder } from './pack/sae-lens';

/** Throws a Problem for a folder without any, and for two dictionaries at one site. */
export async function decodersIn(folder: string): Promise<Decoders> {
	const entries = await readdir(folder, { recursive: true }).catch(() => []);
	const folders = new Map<string, string>();
	for (const entry of entries.filter((name) => path.basename(name) === 'cfg.json')) {
		const own = path.join(folder, path.dirname(entry));
		const site = tapOf(await siteOf(own));
		if (folders.has(site))
			throw new Problem(
				'unsupported',
				`"${folder}" holds two dictionaries at ${site}, so it is not clear which is meant.`,
				'Keep one for each site in the folder.'
			);
		folders.set(site, own);
	}
	if (folders.size === 0)
		throw new Problem(
			'pack-missing',
			`There is no SAELens folder in "${folder}" (none has a cfg.json).`,
			'Give the folder that holds one folder for each site.'
		);
	return async (site) => {
		const own = folders.get(site);
		if (!own) return null;
		const { tensors, dSae, dIn } = await readSaeFolder(own);
		return { rows: dSae, columns: dIn, data: tensors.get('W_dec')!.data };
	};
}

/** Of `cfg.json` alone: the weights of all sites together would not fit. */
async function siteOf(folder: string): Promise<string> {
	try {
		const cfg = JSON.parse(await readFile(path.join(folder, 'cfg.json'), 'utf8')) as {
			hook_name?: unknown;
			hook_point?: unknown;
			metadata?: { hook_name?: unknown } | null;
		};
		return String(cfg.hook_name ?? cfg.metadata?.hook_name ?? cfg.hook_point ?? '');
	} catch {
		throw new Problem(
			'pack-invalid',
			`The cfg.json in "${folder}" cannot be read.`,
			'Save the SAE again with SAELens.'
		);
	}
}
