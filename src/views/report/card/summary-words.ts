/** What a report says first, in three sentences: how big the model is, how faithful its SAEs are, and where they fail. */
import type { PackInfo } from '../../../core/packs/info';
import type { SaeMetrics } from '../../../core/packs/metrics';
import { count, fixed, percent } from '../../../core/names/numbers';
import { shortSite } from '../../../core/names/site-words';

type Summed = Pick<PackInfo, 'parameters' | 'layers' | 'saes' | 'probes'>;

export function summaryOf(pack: Summed): { big: string; faithful: string; fails: string } {
	return { big: bigOf(pack), faithful: faithfulOf(pack), fails: failsOf(pack) };
}

function bigOf({ parameters, layers, saes }: Summed): string {
	const size = parameters < 1e5 ? `${count(parameters)}` : `${fixed(parameters / 1e6, 1)} million`;
	const features = saes.reduce((sum, { dSae }) => sum + dSae, 0);
	const read =
		saes.length === 0
			? 'no sparse autoencoder reads it'
			: `${saes.length === 1 ? 'one sparse autoencoder reads' : `${saes.length} sparse autoencoders read`} ${count(features)} features in it`;
	return `The model has ${size} parameters in ${layers} ${layers === 1 ? 'layer' : 'layers'}, and ${read}.`;
}

const measured = ({ saes }: Summed) =>
	saes.flatMap(({ id, metrics }) => (metrics ? [{ name: shortSite(id), metrics }] : []));

function faithfulOf(pack: Summed): string {
	const found = measured(pack);
	if (found.length === 0) return 'How faithful its SAEs are was not measured.';
	const recovered = spanOf(found, ({ ce_recovered }) => ce_recovered);
	const explained = spanOf(found, ({ fvu }) => 1 - fvu);
	return `With one site replaced by what its SAE rebuilds, the model keeps ${recovered} of what that site does for its predictions (CE recovered), and the SAEs explain ${explained} of the variance, on held-out text.`;
}

function spanOf(found: { metrics: SaeMetrics }[], of: (metrics: SaeMetrics) => number): string {
	const values = found.map(({ metrics }) => of(metrics));
	const [least, most] = [percent(Math.min(...values)), percent(Math.max(...values))];
	return least === most ? least : `${least} to ${most}`;
}

function failsOf(pack: Summed): string {
	const found = measured(pack);
	const most = (of: (metrics: SaeMetrics) => number) =>
		found.reduce((worst, one) => (of(one.metrics) > of(worst.metrics) ? one : worst));
	const parts: string[] = [];
	if (found.length > 0) {
		const lossy = most(({ ce_recovered }) => -ce_recovered);
		const blind = most(({ fvu }) => fvu);
		const dead = most(({ dead }) => dead);
		parts.push(
			`predictions suffer most at ${lossy.name} (${percent(lossy.metrics.ce_recovered)} recovered)`,
			`most variance is missed at ${blind.name} (${percent(blind.metrics.fvu)})`
		);
		if (dead.metrics.dead > 0)
			parts.push(`${percent(dead.metrics.dead)} of the features of ${dead.name} are dead`);
	}
	const probes = Object.entries(pack.probes).map(([name, probe]) => ({ name, ...probe }));
	if (probes.length > 0) {
		const above = ({ accuracy, chance }: (typeof probes)[number]) => accuracy - chance;
		const worst = probes.reduce((a, b) => (above(b) < above(a) ? b : a));
		parts.push(
			`of the probes the model does least above chance on ${worst.name.replaceAll(/[-_]/g, ' ')} (${percent(worst.accuracy)}, chance ${percent(worst.chance)}, n = ${count(worst.n)})`
		);
	}
	if (parts.length === 0) return 'Where it fails was not measured.';
	return `It fails first here: ${parts.join('; ')}.`;
}
