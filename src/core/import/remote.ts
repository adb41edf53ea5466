/** Models and SAEs on a hub or another host. */

/** An access token, and the only host that it may be sent to. */
export interface AccessToken {
	/** Scheme and host, without a slash at its end. */
	origin: string;
	value: string;
}

/** Headers of a request: the token for its own host, none for any other. */
export function tokenHeaders(token: AccessToken | null, address: string): Record<string, string> {
	if (token === null || new URL(address).origin !== token.origin) return {};
	return { authorization: `Bearer ${token.value}` };
}

export interface RemoteSource {
	kind: 'remote';
	/** As typed, or `RemoteInfo.pinned` of a listing. */
	address: string;
	token: AccessToken | null;
}

/** What a host says about an address. */
export interface RemoteInfo {
	/** For people to read, without secrets. */
	label: string;
	/** The address at this commit, for later calls to use instead of what was typed. */
	pinned: string;
	/** Null on hosts without revisions, whose files may change. */
	commit: string | null;
	licence: string | null;
	/** The page about it. */
	page: string | null;
	/** Address of the folder, where it is a pack. */
	pack: string | null;
}
