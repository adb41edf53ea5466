/** The packs that a reader can change to: those of the site, those stored here, and the one in use. */
import { bytes } from '../../core/names/numbers';
import type { PackInfo } from '../../core/packs/info';
import { packName } from '../../core/packs/pack-name';
import type { SitePack } from '../../core/packs/site-pack';
import type { StoredPack } from '../../core/packs/stored';

export interface PackAtHand {
	/** `{name}-{hash}`, as in the address. */
	name: string;
	/** Its title, and what changing to it costs. */
	text: string;
}

export function packsAtHand(
	inUse: PackInfo | null,
	offered: readonly SitePack[],
	stored: readonly StoredPack[]
): PackAtHand[] {
	const used = inUse && packName(inUse);
	const lacking = new Map(stored.map((pack) => [packName(pack), pack.size - pack.bytes]));
	const found = new Map<string, string>();
	if (inUse) found.set(packName(inUse), inUse.title);
	for (const pack of offered) found.set(packName(pack), pack.title);
	for (const pack of stored) found.set(packName(pack), pack.title);
	const sizes = new Map(offered.map((pack) => [packName(pack), pack.bytes]));
	return [...found].map(([name, title]) => {
		const left = lacking.get(name) ?? sizes.get(name) ?? 0;
		const fetched = left > 0 && name !== used;
		return { name, text: fetched ? `${title} (download ${bytes(left)})` : title };
	});
}
