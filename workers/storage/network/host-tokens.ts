/**
 * Access tokens that readers gave for packs on gated hosts, kept in memory as long as the page is open. Each goes to
 * its own host only, and appears in no message.
 */
import { Problem } from '../../../src/core/names/errors';
import { tokenHeaders, type AccessToken } from '../../../src/core/import/remote';

export class HostTokens {
	readonly #tokens = new Map<string, AccessToken>();

	/** From now on this token goes to the host of `address`, if it is that host's own; null: none does. */
	use(address: string, token: AccessToken | null): void {
		const { origin } = new URL(address);
		if (token?.origin === origin) this.#tokens.set(origin, token);
		else this.#tokens.delete(origin);
	}

	/** Headers for a request to `address`. */
	headers(address: string): Record<string, string> {
		return tokenHeaders(this.#tokens.get(new URL(address).origin) ?? null, address);
	}

	/** The Problem when the host refuses `name`, a file of a pack, to this reader; null for any other status. */
	refusal(address: string, status: number, name: string): Problem | null {
		if (status !== 401 && status !== 403) return null;
		const { origin, host } = new URL(address);
		return new Problem(
			'gated',
			this.#tokens.has(origin)
				? `${host} does not show ${name} of this pack to the account of this token (it answered ${status}).`
				: `${host} shows ${name} of this pack only to those whom it lets in (it answered ${status}).`,
			'Ask its owner for access, or accept its terms there; then open its address again under Models, with a token of that account that may read it.'
		);
	}
}
