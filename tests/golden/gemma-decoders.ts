/** The decoders of all SAEs below a folder by their sites, each read when it is asked for. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../../src/core/names/errors';
import type { Decoders } from './gemma-chain';
import { tapOf } from '../../src/core/names/site';
import { readSae } from '../../workers/import/formats/formats';
import { NO_OVERRIDES } from '../../src/core/import/build-request';
import { scopeFacts } from '../../workers/import/sae/site-names';
import { openFolder } from '../../workers/node/folders/disk-folder';

/** Files by which an SAE's folder is known, and how its site is found without its weights: all would not fit. */
const KNOWN_BY: Record<string, (folder: string) => Promise<string>> = {
	'cfg.json': siteInConfig,
	'params.npz': async (folder) => scopeFacts(folder).site ?? ''
};

/** Throws a Problem for a folder without any, and for two dictionaries at one site. */
export async function decodersIn(folder: string): Promise<Decoders> {
	const root = path.resolve(folder);
	const folders = new Map<string, string>();
	for (const entry of await readdir(root, { recursive: true }).catch(() => [])) {
		const siteOf = KNOWN_BY[path.basename(entry)];
		if (!siteOf) continue;
		const own = path.join(root, path.dirname(entry));
		const site = tapOf(await siteOf(own));
		if (folders.has(site))
			throw new Problem(
				'unsupported',
				`"${folder}" holds two dictionaries at ${site || 'places that it does not name'}, so it is not clear which is meant.`,
				'Keep one for each site in the folder.'
			);
		folders.set(site, own);
	}
	if (folders.size === 0)
		throw new Problem(
			'pack-missing',
			`There is no SAE in "${folder}" (no folder in it has a cfg.json or params.npz).`,
			'Give the folder that holds one folder for each site.'
		);
	return async (site) => {
		const own = folders.get(site);
		if (!own) return null;
		const { tensors, cfg } = await readSae(await openFolder(own), NO_OVERRIDES);
		return { rows: cfg.dSae, columns: cfg.dIn, data: tensors.get('W_dec')!.data };
	};
}

async function siteInConfig(folder: string): Promise<string> {
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
