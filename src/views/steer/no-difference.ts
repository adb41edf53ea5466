/** Why two texts are the same although features are steered, and what to do: a stronger value helps only where there is one. */
import { shortFeature } from '../../core/names/site-words';
import type { Edit } from '../../core/steering/writing';

/** Edits that act only where the feature fires. */
const actsWhereItFires = ({ mode }: Edit): boolean => mode === 'ablate' || mode === 'scale';

/** `fires`: whether a feature fires on the text, null where that is not known. */
export function noDifference(
	edits: readonly Edit[],
	fires: (id: Edit['id']) => boolean | null
): string {
	if (!edits.every(actsWhereItFires)) return 'The texts do not differ. Try a stronger value.';
	if (edits.every(({ id }) => fires(id) === false)) {
		const names = edits.map(({ id }) => shortFeature(id));
		return `The texts do not differ: ${names.join(' and ')} ${names.length > 1 ? 'are' : 'is'} silent on this text, so there is nothing to change. Choose a prompt on which ${names.length > 1 ? 'they fire' : 'it fires'}, or add ${names.length > 1 ? 'them' : 'it'} instead.`;
	}
	return 'The texts do not differ: what changes is too little to change a word. Choose a prompt on which it matters more, or another feature.';
}
