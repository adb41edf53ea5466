/** A place on a hub or another host as a source of models and SAEs: plain data. */

/** A reader's access token, and the only host that it may go to. */
export interface Token {
	/** Scheme and host, without a slash at its end. */
	origin: string;
	value: string;
}

/** What is sent along with a request: the token to its own host, to no other. */
export function headersOf(token: Token | null, address: string): Record<string, string> {
	if (token === null || new URL(address).origin !== token.origin) return {};
	return { authorization: `Bearer ${token.value}` };
}

export interface RemoteSource {
	kind: 'remote';
	/** As typed, or as pinned by a first look (`RemoteFacts.place`). */
	place: string;
	token: Token | null;
}

/** What a host says of a place itself. */
export interface RemoteFacts {
	/** As people know it, without secrets. */
	said: string;
	/** The same for good: what a later call is given in place of what was typed. */
	place: string;
	/** What the revision is; null on hosts without revisions, whose files may change. */
	commit: string | null;
	licence: string | null;
	/** Where a person reads about it. */
	page: string | null;
	/** Address of the folder when it is a pack as it is. */
	pack: string | null;
}
