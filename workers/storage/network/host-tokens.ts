/**
 * Hosts that show a pack to few: the tokens that a reader gave for them, as long as the page is open. Each goes to
 * its own host, and stands in no sentence.
 */
import { Problem } from '../../../src/core/names/errors';
import { headersOf, type Token } from '../../../src/core/import/remote';

export class Gates {
	readonly #tokens = new Map<string, Token>();

	/** From now on this token goes to the host of `address`, if it is that host's own; null: none does. */
	use(address: string, token: Token | null): void {
		const { origin } = new URL(address);
		if (token?.origin === origin) this.#tokens.set(origin, token);
		else this.#tokens.delete(origin);
	}

	/** What goes along with a request. */
	headers(address: string): Record<string, string> {
		return headersOf(this.#tokens.get(new URL(address).origin) ?? null, address);
	}

	/** The Problem of an answer about `name`, of a pack that lies there; null unless the host keeps it from this reader. */
	refusal(address: string, status: number, name: string): Problem | null {
		if (status !== 401 && status !== 403) return null;
		const { origin, host } = new URL(address);
		return new Problem(
			'gated',
			this.#tokens.has(origin)
				? `${host} does not show ${name} of this pack to the account of this token (it answered ${status}).`
				: `${host} shows ${name} of this pack only to those whom it lets in (it answered ${status}).`,
			'Ask whoever keeps it, or accept its terms there; then look at its address again under Models, with a token of that account with leave to read.'
		);
	}
}
