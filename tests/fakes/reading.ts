/** What an SAE makes of a prompt, made up: the same of the same words. */
import { siteOf } from '../../src/core/names/site';
import type { Token } from '../../src/core/names/tokens';
import type { SiteReading } from '../../src/core/prompt/reading';
import { noise } from './pack';

export function fakeReading(
	id: string,
	tokens: Token[],
	{ k, dSae }: { k: number; dSae: number }
): SiteReading {
	const n = tokens.length;
	const offsets = Uint32Array.from({ length: n + 1 }, (_, t) => t * k);
	const features = new Uint32Array(n * k);
	const activations = new Float32Array(n * k);
	tokens.forEach((token, t) => {
		for (let i = 0; i < k; i++) {
			features[t * k + i] = (Math.floor(noise(`${id}${token.text}`) * dSae) + i * 17) % dSae;
			activations[t * k + i] = (1 + 6 * noise(`${id}${token.text}a`)) * Math.exp(-i / 6);
		}
	});
	return {
		sae: id,
		site: siteOf(id),
		offsets,
		features,
		activations,
		l0: new Uint32Array(n).fill(k),
		fvu: Float32Array.from(tokens, (token) => 0.05 + 0.4 * noise(`${id}${token.text}v`))
	};
}
