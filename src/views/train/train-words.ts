/** A training in words, and its curves as lines and tables. */
import type { Line } from '../../charts/layout/lines';
import { bytes, count, fixed, percent } from '../../core/names/numbers';
import { shortSite } from '../../core/names/site-words';
import type { SaeInfo } from '../../core/packs/info';
import type {
	CurvePoint,
	TrainingCost,
	TrainingPart,
	TrainingSoFar
} from '../../core/train/training';

/** How long something takes, roughly. */
function duration(seconds: number): string {
	if (!Number.isFinite(seconds)) return 'unknown';
	if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
	const minutes = Math.round(seconds / 60);
	if (minutes < 90) return `${minutes} min`;
	return `${fixed(seconds / 3600, 1)} h`;
}

/** How far a training is. `rate`: tokens a second. */
export function trainingStep(part: TrainingPart | null, rate: number | null): string {
	if (!part) return 'Looking the text through';
	const { tokens, settings, storing } = part;
	if (storing) {
		const { what, done, total } = storing;
		const share = total > 0 ? ` (${Math.floor((100 * done) / total)} %)` : '';
		return `Trained. Measuring and naming the features: ${what}${share}`;
	}
	const far = `${count(tokens)} of ${count(settings.tokens)} tokens`;
	if (!rate) return far;
	const left = duration((settings.tokens - tokens) / rate);
	return `${far}, ${count(Math.round(rate))} tokens/s, about ${left} left`;
}

export const pendingLine = ({ site, settings, text, tokens }: TrainingSoFar): string =>
	`${shortSite(site)}, ${count(settings.features)} features on ${text}: ${Math.floor((100 * tokens) / settings.tokens)} % trained.`;

/** What a training will take, as rows of a table. */
export const costRows = (cost: TrainingCost): [string, string][] => [
	['time', `about ${duration(cost.seconds)}`],
	['the model reads', `${count(Math.round(cost.reading))} tokens/s`],
	['the SAE learns', `${count(Math.round(cost.learning))} tokens/s`],
	['memory', `${bytes(cost.memory)} beside the model`],
	['storage', `up to ${bytes(cost.storage)} while it trains`],
	[
		'tokens in the text',
		`${cost.isWhole ? '' : 'about '}${count(cost.textTokens)}, a tenth more held out`
	]
];

const line = (name: string, curve: CurvePoint[], of: (point: CurvePoint) => number | null) => ({
	name,
	points: curve.flatMap((point) => {
		const y = of(point);
		return y === null ? [] : [{ x: point.tokens, y: Math.min(1.2, Math.max(-0.2, y)) }];
	})
});

/** FVU, CE recovered and the dead share of one training, with its control. */
export function curveLines(curve: CurvePoint[]): Line[] {
	const lines: Line[] = [
		{ ...line('FVU', curve, ({ fvu }) => fvu) },
		{ ...line('CE recovered', curve, ({ ce_recovered }) => ce_recovered) },
		{ ...line('dead', curve, ({ dead }) => dead) }
	];
	const control = line('FVU of the control', curve, ({ control: own }) => own);
	return control.points.length > 0 ? [...lines, { ...control, control: true }] : lines;
}

/** FVU of every training of the pack, and of the one under way. */
export function comparedLines(
	saes: Pick<SaeInfo, 'id' | 'trained'>[],
	now: TrainingSoFar | null
): Line[] {
	const known = saes.flatMap(({ id, trained }) =>
		trained ? [line(shortSite(id), trained.curve, ({ fvu }) => fvu)] : []
	);
	return now && now.curve.length > 0
		? [...known, line('this one', now.curve, ({ fvu }) => fvu)]
		: known;
}

export const CURVE_COLUMNS = ['tokens', 'FVU', 'CE recovered', 'dead', 'L0', 'FVU of the control'];

export const curveRows = (curve: CurvePoint[]): (number | null)[][] =>
	curve.map(({ tokens, fvu, ce_recovered, dead, l0, control }) => [
		...[tokens, fvu, ce_recovered, dead, l0, control]
	]);

/** The last point of a curve, in a sentence. */
export function pointInWords(curve: CurvePoint[]): string {
	const last = curve.at(-1);
	if (!last) return 'The first point comes in a moment.';
	const ce = curve.findLast(({ ce_recovered }) => ce_recovered !== null)?.ce_recovered ?? null;
	const parts = [
		`On held-out text it explains ${percent(1 - last.fvu)} of the variance`,
		ce === null ? 'CE recovered: not measured yet' : `it recovers ${percent(ce)} of the loss`,
		`${percent(last.dead)} of the features are silent there`,
		`${fixed(last.l0, 1)} are active on a token`
	];
	return `${parts.join('; ')}.`;
}
