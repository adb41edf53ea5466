/** One SAE's view of a prompt as the command line prints it. */
import type { SiteReading } from '../../src/core/prompt/reading';

/** The `top` strongest features of every token. */
export function siteJson(site: SiteReading, top: number) {
	const rows = Array.from(site.l0, (_, t) => [
		site.offsets[t]!,
		Math.min(site.offsets[t + 1]!, site.offsets[t]! + top)
	]);
	return {
		features: rows.map(([a, b]) => Array.from(site.features.subarray(a, b))),
		activations: rows.map(([a, b]) => Array.from(site.activations.subarray(a, b))),
		l0: Array.from(site.l0),
		fvu: Array.from(site.fvu)
	};
}
