/** Names of features as the text of a file. */
import type { Label } from '../features/feature';
import { csv } from '../names/csv';
import type { FeatureId } from '../names/ids';
import { parseFeatureId } from '../names/site';
import type { LabelForm } from './labels';

interface Named {
	id: FeatureId;
	label: Label;
}

/** `pack`: name and hash of the pack that the features are of. */
export function labelText(
	form: LabelForm,
	named: readonly Named[],
	pack: { name: string; hash: string }
): string {
	const rows = named.map(({ id, label: { text, source, score } }) => ({
		id,
		label: text,
		source,
		score
	}));
	if (form === 'csv')
		return csv(
			['id', 'label', 'source', 'score'],
			rows.map((row) => [row.id, row.label, row.source, row.score])
		);
	if (form === 'json')
		return `${JSON.stringify({ format: 'undercurrent-labels', version: 1, pack, labels: rows }, null, '\t')}\n`;
	const entries = rows.map(({ id, label, source, score }) => {
		const { sae, index } = parseFeatureId(id)!;
		// Neuronpedia's sources begin with the layer: `3-hook_resid_post`.
		const layer = sae.replace(/^blocks\.(\d+)\./, '$1-');
		const scores = score === null ? [] : [{ explanationScoreTypeName: 'f1', value: score }];
		return {
			modelId: pack.name,
			layer,
			index: `${index}`,
			description: label,
			typeName: source,
			scores
		};
	});
	return `${JSON.stringify(entries, null, '\t')}\n`;
}
