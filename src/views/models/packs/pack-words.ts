/** What the work on stored packs comes to, in sentences. */
import { bytes, count } from '../../../core/names/numbers';
import type { Progress } from '../../../core/calls';
import type { StoredPack, Verified } from '../../../core/packs/stored';
import type { PackJob, PackResult } from '../../../state/packs/packs.svelte';

/** The accessible names of the progress bars. */
export const TITLES: Record<PackJob['kind'], string> = {
	import: 'Import',
	fetch: 'Download',
	export: 'Export',
	verify: 'Verify'
};

/** How far it is, how fast, and how long it will take. `rate`: bytes a second. */
export function stepOf(progress: Progress | null, rate: number | null): string {
	if (!progress || progress.total === 0) return 'Reading the list of files';
	const { done, total } = progress;
	const far = `${bytes(done)} of ${bytes(total)}`;
	if (!rate) return far;
	return `${far}, ${bytes(Math.round(rate))}/s, ${timeLeft((total - done) / rate)} left`;
}

export function timeLeft(seconds: number): string {
	if (seconds < 1) return 'less than 1 s';
	if (seconds < 90) return `${Math.round(seconds)} s`;
	return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}

/** What is stored of a pack. */
export function stateOf({ bytes: stored, size, complete, files, whole }: StoredPack): string[] {
	return complete
		? [`${bytes(stored)}, ● complete: works offline`, `${count(files)} files`]
		: [
				`${bytes(stored)} of ${bytes(size)}, ◐ not complete yet`,
				`${count(whole)} of ${count(files)} files`
			];
}

export function originOf({ address, file }: StoredPack): string {
	const from = [address && `from ${address}`, file && `imported from ${file}`];
	return from.filter(Boolean).join(', ');
}

/** What came of it: null for an import, which has a link to show. */
export function outcomeOf(result: PackResult): string[] {
	if (result.kind === 'verify') return verdictOf(result.verified);
	if (result.kind === 'export') {
		const { name, blob } = result.exported;
		return [
			`${name} is ready, ${bytes(blob.size)}. Import it in another browser, or unzip it on a web host.`
		];
	}
	const { title, files, bytes: all, added } = result.imported;
	const here =
		added === 0
			? 'all of them were here already'
			: added < all
				? `${bytes(added)} of it new`
				: null;
	return [
		`${title} is stored: ${count(files)} files, ${bytes(all)}, all checked${here ? `; ${here}` : ''}.`
	];
}

function verdictOf({ intact, bytes: read, changed, missing }: Verified): string[] {
	const lines: string[] = [];
	if (intact > 0)
		lines.push(
			`${changed.length + missing.length === 0 ? 'All ' : ''}${count(intact)} files match the pack’s checksums: ${bytes(read)} read.`
		);
	const again = changed.filter((file) => file.again).map((file) => file.path);
	const lost = changed.filter((file) => !file.again).map((file) => file.path);
	if (again.length > 0) lines.push(`Changed, and downloaded again: ${named(again)}.`);
	if (lost.length > 0)
		lines.push(
			`Changed, and deleted because they could not be downloaded again: ${named(lost)}. Import the pack again.`
		);
	if (missing.length > 0) lines.push(`Incomplete: ${named(missing)}.`);
	return lines;
}

/** As many names as a sentence bears. */
function named(paths: string[]): string {
	const more = paths.length - 5;
	return paths.slice(0, 5).join(', ') + (more > 0 ? ` and ${count(more)} more` : '');
}
