/** Undoes a mistake in a stored pack: a new description of the SAE, its weights rewritten where they have to be. */
import { parsePack } from '../../../src/core/packs/manifest';
import type { PackWriter } from '../../../src/core/packs/writer';
import type { SaeId } from '../../../src/core/names/ids';
import type { StoredDtype } from '../../../src/core/import/build-request';
import { parseSafetensors } from '../../../src/core/files/safetensors';
import { isMain, siteOf } from '../../../src/core/names/site';
import type { Repair, RepairRequest } from '../../../src/core/experiments/fit';
import type { Run } from '../../../src/core/calls';
import type { Imported } from '../../../src/core/packs/stored';
import type { Library } from '../../storage/library';
import { saeConfigJson } from '../../../src/core/sae/config';
import { causeOf } from '../../../src/core/experiments/fit-words';
import { unknownFeature } from '../../packs/open-pack';
import { repaired } from './repaired';
import { fileOf, unpackBytes } from './unpacked-sae';

type Fields = Record<string, unknown>;

/** Stores the pack with one mistake undone beside the pack as it was. */
export async function repairSae(
	{ pack, sae, repair }: RepairRequest,
	library: Library,
	{ signal, progress }: Run
): Promise<Imported> {
	progress({ phase: 'store', what: sae, done: 0, total: 1 });
	return library.writePack(
		{ base: pack, file: `${sae}, repaired` },
		async (writer) => void (await applyRepair(writer, sae, repair)),
		signal
	);
}

/**
 * `writer` revises the pack. What was measured of the SAE before is dropped with the mistake, and so is what the
 * pack shows of all SAEs at once. Returns the id under which the SAE goes on. Throws a Problem for an SAE that
 * the pack does not have.
 */
export async function applyRepair(writer: PackWriter, id: SaeId, repair: Repair): Promise<SaeId> {
	const manifest = structuredClone(writer.base) as Fields & { saes: Fields[] };
	const { saes, selfTest } = parsePack({ ...manifest, files: writer.files });
	const info = saes.find((sae) => sae.id === id);
	if (!info) throw unknownFeature(id);
	const bytes = await writer.read(info.weights);
	const before = unpackBytes(info, bytes);
	const after = repaired(before, repair);
	const entry = manifest.saes.find((line) => line.id === id)!;
	const name =
		repair.kind === 'site'
			? free(
					saes.map((sae) => sae.id),
					id,
					repair.site
				)
			: id;
	for (const path of [info.stats, info.labels]) if (path) writer.drop(path);
	for (const key of ['stats', 'stats_tokens', 'labels', 'metrics']) delete entry[key];
	// The null looks at the directions of the decoder's rows alone.
	if (repair.kind === 'turned') delete entry.null;
	const { site, cfg } = after.info;
	const earlier = Array.isArray(cfg.metadata.undone) ? (cfg.metadata.undone as unknown[]) : [];
	const undone = [...earlier, { cause: causeOf(repair, info.site), site: info.site }];
	const metadata = { ...cfg.metadata, hook_name: site, undone };
	Object.assign(entry, {
		id: name,
		site,
		cfg: { ...(entry.cfg as Fields), ...saeConfigJson({ ...cfg, metadata }) }
	});
	if (after.tensors !== before.tensors) {
		// What had a mean as it was measured there keeps it: the site is the same.
		await writer.write(info.weights, fileOf(after, dtypeOf(bytes)));
	} else if (repair.kind === 'site' && before.tensors.has('mean')) {
		const tensors = new Map(before.tensors);
		tensors.delete('mean');
		await writer.write(info.weights, fileOf({ ...after, tensors }, dtypeOf(bytes)));
	}
	await forget(writer, manifest, id, selfTest);
	await writer.finish(manifest);
	return name;
}

/** What the pack states of this SAE, or shows of all of them as they were. */
async function forget(
	writer: PackWriter,
	manifest: Fields,
	id: SaeId,
	selfTest: string | null
): Promise<void> {
	for (const key of ['worked_example', 'reproduction', 'themes']) {
		const path = manifest[key];
		if (typeof path === 'string') writer.drop(path);
		delete manifest[key];
	}
	const metrics = (manifest.model as { metrics?: { check?: { saes?: Fields } } }).metrics;
	if (metrics?.check?.saes) {
		delete metrics.check.saes[id];
		if (Object.keys(metrics.check.saes).length === 0) delete metrics.check;
	}
	if (selfTest === null) return;
	const test = JSON.parse(new TextDecoder().decode(await writer.read(selfTest))) as {
		codes?: Fields;
	};
	if (!test.codes || !(id in test.codes)) return;
	delete test.codes[id];
	await writer.write(selfTest, new TextEncoder().encode(JSON.stringify(test)));
}

/** The SAE's name at another site, which may have an SAE already. */
function free(taken: SaeId[], id: SaeId, site: string): SaeId {
	const own = isMain(id) ? site : `${site}@${id.slice(siteOf(id).length + 1)}`;
	let name = own;
	for (let n = 1; taken.includes(name); n++) name = `${site}@moved${n > 1 ? `-${n}` : ''}`;
	return name;
}

function dtypeOf(bytes: Uint8Array): StoredDtype {
	const file = parseSafetensors(bytes);
	const { dtype } = file.tensor('W_dec');
	return dtype === 'F16' ? 'f16' : dtype === 'I8' ? 'q8' : 'f32';
}
