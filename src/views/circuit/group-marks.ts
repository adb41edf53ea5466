/** Nodes of one group drawn as one mark, and their links as one. */
import type { GridLinkMark, GridNodeMark } from '../../charts/layout/grid-graph';
import type { Supernode } from '../../core/circuit/supernodes';

/** The key of a group's mark. */
const groupKey = (name: string): string => `group ${name}`;

/** Each group stands where its largest member does, as large as all together; links of members are added up. */
export function grouped(
	nodes: GridNodeMark[],
	links: GridLinkMark[],
	groups: Supernode[]
): { nodes: GridNodeMark[]; links: GridLinkMark[] } {
	const keyOf = new Map<string, string>();
	const made = groups.flatMap((group): GridNodeMark[] => {
		const members = nodes.filter(({ key }) => group.members.includes(key));
		const largest = members.toSorted((a, b) => b.size - a.size)[0];
		if (!largest) return [];
		const key = groupKey(group.name);
		for (const member of members) keyOf.set(member.key, key);
		const sum = members.reduce((total, { size, sign }) => total + size * sign, 0);
		const { column, row } = largest;
		const spoken = `Group “${group.name}” of ${members.length}: ${members.map(({ label }) => label).join(', ')}`;
		const size = Math.min(1, Math.abs(sum));
		const sign = sum < 0 ? -1 : 1;
		return [
			{ key, column, row, size, sign, shape: 'square', label: group.name, spoken, factor: 1 }
		];
	});
	const sums = new Map<string, { from: string; to: string; sum: number }>();
	for (const { from, to, size, sign } of links) {
		const [a, b] = [keyOf.get(from) ?? from, keyOf.get(to) ?? to];
		if (a === b) continue;
		const key = `${a} → ${b}`;
		const known = sums.get(key) ?? { from: a, to: b, sum: 0 };
		sums.set(key, { ...known, sum: known.sum + size * sign });
	}
	const all = [...sums.values()];
	const most = Math.max(...all.map(({ sum }) => Math.abs(sum)), 1e-12);
	return {
		nodes: [...nodes.filter(({ key }) => !keyOf.has(key)), ...made],
		links: all
			.map(({ from, to, sum }) => ({
				from,
				to,
				size: Math.abs(sum) / most,
				sign: sum < 0 ? (-1 as const) : (1 as const)
			}))
			.sort((a, b) => b.size - a.size)
	};
}
