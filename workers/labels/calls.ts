/** What is asked about a reader's own names. */
import type { Handlers } from '../../src/core/calls';
import type { Label } from '../../src/core/features/feature';
import { LONGEST_NAME, type LabelCalls, type OwnLabel } from '../../src/core/labels/labels';
import { parseLabelFile } from '../../src/core/labels/label-file';
import { labelText } from '../../src/core/labels/label-text';
import { Problem } from '../../src/core/names/errors';
import type { FeatureId } from '../../src/core/names/ids';
import { featureId, parseFeatureId } from '../../src/core/names/site';
import { plainText } from '../../src/core/names/plain-text';
import { shortHash } from '../../src/core/packs/pack-name';
import type { Context } from '../calls/context';
import { gunzipped } from '../packs/gunzip';
import { unknownFeature, type Workbench } from '../packs/open-pack';
import { asLabels } from './own-labels';

/** Bytes; a file of names of a million features is shorter. */
const LARGEST_FILE = 64 << 20;

export const labelCalls = ({ bench, ownLabels }: Context): Handlers<LabelCalls> => {
	const refresh = async () => {
		const { source } = bench();
		const own = await ownLabels().read(source);
		const known = own.filter(({ id }) => exists(id, bench()));
		bench().own = asLabels(known);
		return known;
	};
	const name = async (changes: OwnLabel[]) => {
		await ownLabels().write(bench().source, changes);
		await refresh();
	};
	return {
		ownLabels: refresh,
		nameFeatures: async (wishes) => {
			const changes: OwnLabel[] = [];
			for (const { id, text } of wishes) {
				if (!exists(id, bench())) throw unknownFeature(id);
				const plain = plainText(text).replace(/\s+/g, ' ').trim().slice(0, LONGEST_NAME);
				const isPacks = (await bench().packLabel(id))?.text === plain;
				changes.push({ id, text: isPacks ? '' : plain });
			}
			await name(changes);
		},
		importLabels: async ({ file, sae }, { signal }) => {
			if (file.size > LARGEST_FILE)
				throw new Problem('usage', 'The file is larger than 64 MiB.', 'Give one with names only.');
			const bytes = await gunzipped(new Uint8Array(await file.arrayBuffer()), 'of names');
			const saes = bench().pack.saes.map(({ id, cfg }) => ({ id, dSae: cfg.dSae }));
			const { labels, ...left } = parseLabelFile(textOf(bytes), saes, sae);
			const changes: OwnLabel[] = [];
			for (const [id, text] of labels) {
				signal.throwIfAborted();
				if ((await bench().label(id))?.text === text) continue;
				changes.push({ id, text: (await bench().packLabel(id))?.text === text ? '' : text });
			}
			await name(changes);
			return { ...left, named: changes.length, unchanged: labels.size - changes.length };
		},
		exportLabels: async ({ form, own }) => {
			await refresh();
			const named = own
				? [...bench().own].map(([id, label]) => ({ id, label }))
				: await all(bench());
			const { pack, source } = bench();
			const text = labelText(form, named, { name: pack.name, hash: shortHash(source.hash) });
			return { text, labels: named.length };
		}
	};
};

function exists(id: FeatureId, bench: Workbench): boolean {
	const parsed = parseFeatureId(id);
	return parsed !== null && parsed.index < (bench.info(parsed.sae)?.cfg.dSae ?? 0);
}

/** Every name in force; features that are called after what they promote have none. */
async function all(bench: Workbench): Promise<{ id: FeatureId; label: Label }[]> {
	const named: { id: FeatureId; label: Label }[] = [];
	for (const sae of bench.saeIds) {
		const labels = new Map(await bench.labels(sae));
		for (const [id, label] of bench.own) {
			const parsed = parseFeatureId(id)!;
			if (parsed.sae === sae) labels.set(parsed.index, label);
		}
		const indices = [...labels.keys()].sort((a, b) => a - b);
		named.push(
			...indices.map((index) => ({ id: featureId(sae, index), label: labels.get(index)! }))
		);
	}
	return named;
}

function textOf(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch (cause) {
		throw new Problem('usage', 'The file is not text in UTF-8.', 'Save it again as UTF-8.', {
			cause
		});
	}
}
