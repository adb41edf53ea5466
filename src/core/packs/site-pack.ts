/** A pack that comes with the page, from the same host: the first is the one that opens by itself. */
export interface SitePack {
	name: string;
	title: string;
	licence: string;
	/** sha256 of its `pack.json`, 64 hex digits. */
	hash: string;
	/** Of all its files. */
	bytes: number;
	/** Of its folder, with a slash at its end; where the site was built, relative to the page. */
	address: string;
	/** Of its worked example, which is shown before an engine runs; null where it has none. */
	example: string | null;
}
