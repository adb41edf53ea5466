/** A view shown alone, in a frame of another page: `?embed=feature|flow|steer` before the hash. */
import { formatAddress, parseAddress } from '../../core/address';

export const EMBEDS = ['feature', 'flow', 'steer'] as const;
export type Embed = (typeof EMBEDS)[number];

/** The hash that shows the panel, whatever view the hash names. */
export function embedHash(hash: string, panel: Embed): string {
	return formatAddress({ ...parseAddress(hash).state, view: panel });
}

/** The address of a page, as a frame shows it. */
export function embedAddress(link: string, panel: Embed): string {
	const url = new URL(link);
	url.searchParams.set('embed', panel);
	return url.href;
}

/** The address of an embedded page with everything around it. */
export function wholeAddress(link: string, hash: string): string {
	const url = new URL(link);
	url.searchParams.delete('embed');
	url.hash = hash;
	return url.href;
}

/** HTML of a frame. */
export function embedCode(address: string, title: string): string {
	const escaped = (text: string) =>
		text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
	return `<iframe src="${escaped(address)}" title="${escaped(title)}" width="100%" height="640" style="border:0" loading="lazy"></iframe>`;
}
