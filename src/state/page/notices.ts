/** What of the address could not be followed, one sentence each. */
import type { SaeId } from '../../core/names/ids';
import type { Model } from '../packs/model.svelte';
import type { Reading } from '../prompt/reading.svelte';
import type { Address } from './address.svelte';

/** `shown`: the SAE in the place of one that the pack does not have. */
export function noticesOf(
	address: Address,
	model: Model,
	reading: Reading,
	shown: SaeId | null,
	has: (sae: SaeId) => boolean
): string[] {
	const { site, token, pack } = address;
	const more = [...address.problems];
	if (model.ready && site !== null && !has(site))
		more.push(`This pack has no SAE at ${site}, so ${shown} is shown.`);
	if (model.ready && pack !== null && pack !== model.packName)
		more.push(
			`The pack ${pack} of the address is not stored here, so ${model.packName} is open and numbers may differ; who has it as a file can import it under Models.`
		);
	const settled = reading.source === 'engine' && !reading.busy && reading.tokens.length > 0;
	if (settled && token !== null && token >= reading.tokens.length)
		more.push(`The prompt has no token ${token}, so its last one is shown.`);
	return more;
}
