/** Makes a pack from a Hugging Face model folder, SAE folders and, for statistics, a text. */
import type { Stated, StoredDtype } from '../../src/core/bringing';
import type { Progress } from '../../src/core/contract';
import { Problem } from '../../src/core/errors';
import type { PackWriter } from '../../src/core/pack-writer';
import { placeOf, tapOf } from '../../src/core/site';
import type { Folder } from '../formats/folder';
import { readSae } from '../formats/formats';
import type { FoundSae } from '../formats/found';
import { Matcher } from '../matcher';
import { Workbench } from '../workbench';
import { deviation } from './deviation';
import { draftOf } from './draft';
import { readModelFolder, type ModelFolder } from './hugging-face';
import { PackMeasure, windowsOf } from './measure';
import { selfTestFile, selfTestIds } from './self-test-file';
import { statisticsInto, type Entry } from './statistics';
import { exampleFile, modelFile, saeFile } from './weight-files';

export interface PackOrder {
	/** Null: the SAEs are added to the pack that is revised. */
	model: Folder | null;
	saes: { folder: Folder; stated: Stated }[];
	dtype: StoredDtype;
	/** A text for statistics; null leaves them not measured. */
	corpus: string | null;
	/** As people call it; the pack's name comes from `name`. */
	title: string;
	name: string;
	/** Whether the null of each SAE is drawn now, not when somebody first asks for it: that takes a while. */
	nulls: boolean;
}

type NamedSae = FoundSae & { folder: string };

/**
 * Writes and finishes the pack; the runtime must have been started. Returns the names of the SAEs that were
 * added and where the pack's weights came from. Throws a Problem where something is missing or does not fit.
 */
export async function makePack(
	out: PackWriter,
	order: PackOrder,
	onProgress: (progress: Progress) => void,
	signal?: AbortSignal
): Promise<{ saes: string[]; provenance: unknown }> {
	const { dtype, corpus } = order;
	const progress = (what: string) => {
		signal?.throwIfAborted();
		onProgress({ phase: 'prepare', what, done: 0, total: 0 });
	};
	progress('model');
	const model = order.model && (await readModelFolder(order.model));
	const saes: NamedSae[] = [];
	for (const { folder, stated } of order.saes) {
		progress(folder.name);
		saes.push({ ...(await readSae(folder, stated)), folder: folder.name });
	}
	const manifest = model
		? await begun(out, model, order)
		: { ...out.base, name: plainName(order.name), title: order.title };
	const before = (manifest.saes ?? []) as Entry[];
	const ids = namesOf(
		saes,
		before.map(({ id }) => id)
	);
	const entries: Entry[] = [];
	for (const [i, sae] of saes.entries()) {
		const weights = `saes/${ids[i]!}.safetensors`;
		progress(weights);
		await out.write(weights, saeFile(sae, dtype));
		entries.push({ id: ids[i]!, site: sae.site, cfg: sae.cfg, weights, stats: null });
	}
	manifest.saes = [...before, ...entries];
	await measureInto(
		out,
		manifest,
		entries,
		{ model, saes, dtype, corpus, nulls: order.nulls },
		progress
	);
	await out.finish(manifest);
	return { saes: ids, provenance: manifest.provenance };
}

/** Writes the model and describes a pack of it alone. */
async function begun(
	out: PackWriter,
	model: ModelFolder,
	{ dtype, title, name }: PackOrder
): Promise<Record<string, unknown>> {
	await out.write('model.safetensors', modelFile(model, dtype));
	await out.write('tokenizer.json', model.tokenizer);
	await out.write('tokenizer_config.json', model.tokenizerConfig);
	return {
		format: 'undercurrent-pack',
		version: '1.0.0',
		name: plainName(name),
		title,
		description: '',
		licence: String(model.config.license ?? 'not stated'),
		citation: '',
		provenance: { made_by: 'undercurrent pack', stored_as: dtype },
		model: {
			config: model.config,
			weights: ['model.safetensors'],
			tokenizer: 'tokenizer.json',
			tokenizer_config: 'tokenizer_config.json'
		}
	};
}

/** A name as addresses bear it. */
function plainName(name: string): string {
	const plain = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
	return (
		plain
			.replace(/^-+|-+$/g, '')
			.slice(0, 60)
			.replace(/-+$/, '') || 'pack'
	);
}

/** What a pack is made of. */
interface Parts extends Pick<PackOrder, 'dtype' | 'corpus' | 'nulls'> {
	model: ModelFolder | null;
	saes: NamedSae[];
}

/** Opens the pack as written and adds what is measured with exactly the stored weights. */
async function measureInto(
	out: PackWriter,
	manifest: Record<string, unknown>,
	entries: Entry[],
	{ model, saes, dtype, corpus, nulls }: Parts,
	progress: (what: string) => void
): Promise<void> {
	let bench = await Workbench.open(draftOf(out, manifest), false);
	try {
		for (const entry of entries) checkFits(entry, bench);
		if (corpus !== null) {
			const walk = windowsOf(corpus, bench.tokenizer, bench.model.shape.context);
			if (walk.tokens === 0) throw noText();
			const measure = new PackMeasure(bench, walk);
			const means = await measure.means(saes.map((s) => s.site));
			for (const [i, sae] of saes.entries())
				await out.write(String(entries[i]!.weights), saeFile(sae, dtype, means.get(sae.site)));
			await out.write('examples.safetensors', exampleFile(walk.windows));
			manifest.examples = 'examples.safetensors';
			await bench.release();
			bench = await Workbench.open(draftOf(out, manifest), false);
			await statisticsInto(out, entries, bench, walk, progress);
		}
		const matcher = new Matcher();
		for (const entry of nulls ? entries : []) {
			progress(`null of ${entry.id}`);
			entry.null = await matcher.null((await bench.sae(entry.id)).unit);
		}
		if (!model) return;
		await out.write('self-test.json', await selfTestFile(bench));
		manifest.self_test = 'self-test.json';
		if (dtype === 'f32') return;
		const found = await deviation(model, bench.model, selfTestIds(bench));
		manifest.provenance = { ...(manifest.provenance as object), deviation: found };
		const share = (part: number) => `${(100 * part).toPrecision(2)} %`;
		progress(
			`stored as ${dtype}: against float32, the logits of the self-test are off by ${share(found.logits)} of their spread, ` +
				`the stream by ${share(found.stream)} at most`
		);
	} finally {
		await bench.release();
	}
}

/** Every site's SAE is named by the site; further ones by their folder as well. `before`: names that are taken. */
function namesOf(saes: NamedSae[], before: string[]): string[] {
	const taken = new Set(before);
	return saes.map((sae) => {
		const extra = sae.folder
			.slice(sae.folder.search(/[^/\\]*[/\\]*$/))
			.replace(/[^\w.-]+/g, '-')
			.replace(/^-+|-+$/g, '')
			.slice(0, 60);
		let name = taken.has(sae.site) ? `${sae.site}@${extra || 'other'}` : sae.site;
		for (let n = 2; taken.has(name); n++) name = `${sae.site}@${extra || 'other'}-${n}`;
		taken.add(name);
		return name;
	});
}

function checkFits(entry: Entry, bench: Workbench): void {
	const site = String(entry.site);
	const { d_in } = entry.cfg as { d_in: number };
	const wrong = !bench.model.sites.includes(tapOf(site))
		? `sits in layer ${placeOf(site)!.layer}, which the model does not have`
		: d_in !== bench.model.shape.dModel
			? `reads ${d_in} numbers, but the model is ${bench.model.shape.dModel} wide`
			: null;
	if (wrong)
		throw new Problem(
			'pack-invalid',
			`The SAE ${entry.id} ${wrong}.`,
			'Give SAEs that were trained on this model.'
		);
}

function noText(): Problem {
	return new Problem(
		'pack-invalid',
		'The corpus holds no text.',
		'Give a text file with some pages.'
	);
}
