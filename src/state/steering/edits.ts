/** Lists of edits: what a new one starts with, how far a slider goes, what a chain adds. */
import type { Edit, EditMode } from '../../core/steering/writing';
import type { FeatureId } from '../../core/names/ids';

/** Where nothing is known of a feature's strength. */
const USUAL_STRENGTH = 4;
const MOST_EDITS = 64;

/** Adds to the end what is not in the list yet; `strengths`: the features' largest activations. */
export function added(edits: Edit[], ids: FeatureId[], strengths: (number | null)[]): Edit[] {
	const list = [...edits];
	ids.forEach((id, i) => {
		if (list.some((edit) => edit.id === id) || list.length >= MOST_EDITS) return;
		list.push({ id, mode: 'add', value: startOf('add', strengths[i] ?? null) });
	});
	return list;
}

/** The list with one edit changed; another mode starts with a value of its own kind. */
export function changed(
	edits: Edit[],
	id: FeatureId,
	change: Partial<Edit>,
	strength: number | null
): Edit[] {
	return edits.map((edit) => {
		if (edit.id !== id) return edit;
		const mode = change.mode ?? edit.mode;
		const kept = mode === edit.mode ? edit.value : startOf(mode, strength ?? strengthOf(edit));
		return { id, mode, value: mode === 'ablate' ? 0 : (change.value ?? kept) };
	});
}

function startOf(mode: EditMode, strength: number | null): number {
	if (mode === 'ablate') return 0;
	if (mode === 'scale') return 2;
	return Number((strength || USUAL_STRENGTH).toPrecision(2));
}

/** The slider's ends; a value beyond them widens it, so that nothing is cut. */
export function rangeOf(edit: Edit, strength: number | null): { least: number; most: number } {
	const known = strength && strength > 0 ? strength : strengthOf(edit);
	const far = Number((3 * known).toPrecision(3));
	const [least, most] =
		edit.mode === 'scale' ? [-3, 5] : edit.mode === 'set' ? [0, far] : [-far, far];
	return { least: Math.min(least, edit.value), most: Math.max(most, edit.value) };
}

function strengthOf(edit: Edit): number {
	return edit.mode === 'scale' || edit.value === 0 ? USUAL_STRENGTH : Math.abs(edit.value);
}
