/** What a pack says of how one of its SAEs was trained here. It comes from a file, so it is hostile until parsed. */
import * as j from '../files/json';
import type { CurvePoint } from './training';

/** In the metadata of the SAE's config, under `training`. */
export interface TrainedHere {
	/** Name of the text. */
	text: string;
	tokens: number;
	seconds: number;
	control_fvu: number | null;
	curve: CurvePoint[];
}

const parse: j.Parse<TrainedHere> = j.object({
	text: j.shown(200),
	...j.each(['tokens', 'seconds'] as const, j.numberFrom(0)),
	control_fvu: j.nullable(j.number),
	curve: j.list(
		j.object({
			tokens: j.integer(0),
			...j.each(['fvu', 'l0', 'dead'] as const, j.number),
			...j.each(['ce_recovered', 'control'] as const, j.nullable(j.number))
		})
	)
});

/** Null for an SAE that was not trained here, or whose config does not say how. */
export function trainedHere({ training }: Record<string, unknown>): TrainedHere | null {
	if (training === undefined) return null;
	try {
		return parse(training, 'training');
	} catch {
		return null;
	}
}
