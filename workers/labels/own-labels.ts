/** Where a reader's own names are kept, and how they reach the open pack. */
import type { Label } from '../../src/core/features/feature';
import type { OwnLabel } from '../../src/core/labels/labels';
import type { FeatureId } from '../../src/core/names/ids';
import type { PackSource } from '../../src/core/packs/source';

export interface LabelStore {
	/** Own names of the features of this pack's SAEs. */
	read(pack: PackSource): Promise<OwnLabel[]>;
	/** All of them or none; '' takes a name away. */
	write(pack: PackSource, changes: readonly OwnLabel[]): Promise<void>;
}

/** As long as the engine lives. */
export function labelsInMemory(): LabelStore {
	const kept = new Map<FeatureId, string>();
	return {
		read: async () => [...kept].map(([id, text]) => ({ id, text })),
		write: async (_, changes) => {
			for (const { id, text } of changes)
				if (text === '') kept.delete(id);
				else kept.set(id, text);
		}
	};
}

export function asLabels(own: readonly OwnLabel[]): Map<FeatureId, Label> {
	return new Map(own.map(({ id, text }) => [id, { text, source: 'own', score: null }]));
}
