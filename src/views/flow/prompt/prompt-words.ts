/** What is said of the flow of a prompt: how it was cut, and what of the model nobody can see. */
import { visible } from '../../../charts/layout/text';
import { count } from '../../../core/names/numbers';
import type { SaeId, Site } from '../../../core/names/ids';
import type { PromptFlow, PromptRead } from '../../../core/flow/prompt';
import {
	attnOut,
	isMain,
	mlpOut,
	placeOf,
	residPost,
	siteOf,
	tapOf
} from '../../../core/names/site';

/** How many of how many active features are drawn, and which. */
export function drawnInWords(
	{ nodes, active, whole, prompts, edges }: PromptFlow,
	/** Features among them that are hidden because they match nothing. */
	hidden = 0
): string {
	const where = prompts.length > 1 ? 'either prompt' : 'the prompt';
	if (active === 0) return `No feature is active on ${where} here.`;
	if (nodes.length === 0)
		return `${count(active)} features are active on ${where}, but none in the residual stream, along which features are followed.`;
	const resid = [...new Set(nodes.map(({ site }) => site))].filter((site) => !isModule(site));
	const all = resid.every((site) => whole.some((sae) => siteOf(sae) === site));
	const which = all
		? 'all of those in the residual stream'
		: prompts.length > 1
			? 'in each residual layer those that differ most'
			: 'the strongest in each residual layer';
	const links = edges.length === 0 ? ' No two of them match, so there are no links.' : '';
	const without =
		hidden === 0
			? ''
			: `, without ${count(hidden)} that ${hidden === 1 ? 'matches' : 'match'} nothing`;
	return `${count(nodes.length - hidden)} of ${count(active)} active features are drawn: ${which}, and the attention and MLP features they match${without}.${links}`;
}

const isModule = (site: Site): boolean => ['attn', 'mlp'].includes(placeOf(site)?.kind ?? '');

/** What the pack has no SAE for, in a sentence; null when there is one at every site. */
export function gapsInWords(saes: SaeId[], layers: number): string | null {
	const main = saes.filter(isMain);
	if (main.length === 0) return 'This pack has no SAE, so there is nothing to draw.';
	if (main.length === 1)
		return 'This pack has only one SAE: its features are drawn, but there is nothing to match them with.';
	const here = new Set(main.map((sae) => tapOf(siteOf(sae))));
	const missing = (
		[
			['attention', attnOut],
			['MLP', mlpOut],
			['the residual stream', residPost]
		] as const
	).flatMap(([name, site]) => {
		const gone = Array.from({ length: layers }, (_, l) => l).filter((l) => !here.has(site(l)));
		if (gone.length === 0) return [];
		if (gone.length === layers) return [name];
		return [`${name} of layer${gone.length > 1 ? 's' : ''} ${listed(gone)}`];
	});
	if (missing.length === 0) return null;
	return `This pack has no SAE for ${missing.join('; ')}: what passes there is unknown, and so are origins that depend on it.`;
}

/** `0, 2 and 3` */
function listed(values: number[]): string {
	const [last, ...others] = values.toReversed();
	return others.length === 0 ? `${last}` : `${others.toReversed().join(', ')} and ${last}`;
}

/** SAEs that were left out; null when none was. */
export function apartInWords(apart: SaeId[]): string | null {
	if (apart.length === 0) return null;
	return `${apart.join(', ')} ${apart.length > 1 ? 'do' : 'does'} not lie in the model’s space and cannot be compared, so ${apart.length > 1 ? 'they are' : 'it is'} left out.`;
}

/** What was read: which tokens correspond, what did not fit, whether there is anything to compare. */
export function promptsInWords([first, second]: PromptRead[]): string[] {
	if (!first || !second) return [];
	const ids = ({ tokens }: PromptRead) => tokens.map(({ id }) => id).join();
	const name = ({ tokens, token }: PromptRead) =>
		`token ${token} (${visible(tokens[token!]?.text ?? '')})`;
	return [
		...(second.leftOut > 0
			? [
					`The second prompt is longer than the context: its last ${count(second.leftOut)} tokens are left out.`
				]
			: []),
		...(ids(first) === ids(second)
			? ['Both prompts are the same. Change a word of the second to see what differs.']
			: first.token !== null && second.token !== null
				? [`Compared: ${name(first)} of the first prompt with ${name(second)} of the second.`]
				: [])
	];
}
