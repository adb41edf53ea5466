/** The card's metrics beside those measured again: the verdict in a sentence, and rows to save. */
import { AGREES, CHECKED, type Remeasured } from '../../../core/packs/check';
import { percent, type Cell } from '../../../core/names/numbers';
import { shortSite } from '../../../core/names/site-words';
import { METRICS } from '../metrics';

/** The metrics that are compared, as the report names and shows them. */
export const COMPARED = CHECKED.map((key) => ({
	...METRICS.find((metric) => metric.key === key)!,
	key
}));

export const agrees = (difference: number): boolean => difference <= AGREES;

export function verdictOf({ saes, worst }: Remeasured): string {
	const off = saes.filter((sae) => !agrees(sae.worst)).length;
	const bar = percent(AGREES);
	if (off === 0) {
		const all = saes.length === 1 ? 'The SAE matches' : `All ${saes.length} SAEs match`;
		return `✓ ${all} the card within ${bar}: the largest difference is ${percent(worst)}.`;
	}
	const sae = saes.find((sae) => sae.worst === worst)!;
	const { name } = COMPARED.find(({ key }) => sae.difference[key] === worst)!;
	return (
		`✗ ${off} of ${saes.length} SAEs ${off === 1 ? 'differs' : 'differ'} from the card by more than ${bar}: ` +
		`the largest difference is ${percent(worst)} (${name} of ${shortSite(sae.sae)}).`
	);
}

/** One row an SAE and metric. */
export function rowsOf({ saes }: Remeasured): { columns: string[]; rows: Cell[][] } {
	return {
		columns: ['sae', 'metric', 'measured', 'card', 'relative_difference'],
		rows: saes.flatMap(({ sae, measured, stated, difference }) =>
			CHECKED.map((key) => [sae, key, measured[key], stated[key], difference[key]])
		)
	};
}
