/** A pack that is published with the page, on the same host; the first of them opens by default. */
export interface SitePack {
	name: string;
	title: string;
	licence: string;
	/** sha256 of its `pack.json`, 64 hex digits. */
	hash: string;
	/** Of all its files. */
	bytes: number;
	/** Of its folder, with a slash at the end; in a built site relative to the page. */
	address: string;
	/** Address of its worked example, which is shown before an engine runs; null without one. */
	example: string | null;
	/** The same of its themes. */
	themes: string | null;
}
