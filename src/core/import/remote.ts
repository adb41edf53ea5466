/** A place on a hub or another host as a source of models and SAEs: plain data. */

/** A reader's access token, and the only host that it may go to. */
export interface AccessToken {
	/** Scheme and host, without a slash at its end. */
	origin: string;
	value: string;
}

/** What is sent along with a request: the token to its own host, to no other. */
export function tokenHeaders(token: AccessToken | null, address: string): Record<string, string> {
	if (token === null || new URL(address).origin !== token.origin) return {};
	return { authorization: `Bearer ${token.value}` };
}

export interface RemoteSource {
	kind: 'remote';
	/** As typed, or as pinned by a first look (`RemoteFacts.place`). */
	address: string;
	token: AccessToken | null;
}

/** What a host says of a place itself. */
export interface RemoteInfo {
	/** As people know it, without secrets. */
	label: string;
	/** The same for good: what a later call is given in place of what was typed. */
	pinned: string;
	/** What the revision is; null on hosts without revisions, whose files may change. */
	commit: string | null;
	licence: string | null;
	/** Where a person reads about it. */
	page: string | null;
	/** Address of the folder when it is a pack as it is. */
	pack: string | null;
}
