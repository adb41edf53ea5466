/** What kept features are called now. */
import type { Notebook } from '../../core/notebook/notebook';
import type { Explorer } from '../../state/explorer.svelte';

/** A list with the names that are in force, as far as the pack that its features are of is open. */
export function asCalled(list: Notebook, { labels, model }: Explorer): Notebook {
	const features = list.features.map((kept) => {
		const label = kept.pack === model.packName ? labels.line(kept.id)?.label : null;
		return label && label.source !== 'tokens' ? { ...kept, called: label.text } : kept;
	});
	return { ...list, features };
}
