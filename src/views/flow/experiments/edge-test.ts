/** An edge test in words and as a table. */
import type { Table } from '../../../charts/frame/export';
import { percent } from '../../../core/names/numbers';
import type { EdgeTest } from '../../../core/labs/edge';

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** What was found, in a sentence or three; `edge` is its short name, `A → B`. */
export function verdict({ rows, without }: EdgeTest, edge: string): string {
	const [from, to] = edge.split(' → ');
	if (rows.length === 0) {
		if (without.length === 0)
			return `${to} is silent on this prompt, so there is nothing to test. Try a prompt on which it fires.`;
		return `${to} fires on ${tokens(without.length)} of this prompt, but ${from} on none of them: something else makes it fire here.`;
	}
	const off = rows.filter((row) => row.off).length;
	const randoms = rows.flatMap((row) => row.randoms);
	const silent = off === 0 ? 'does not fall silent' : `falls silent on ${off} of ${rows.length}`;
	const lost = percent(mean(rows.map((row) => row.change)));
	const parts = [
		`Without ${from}, ${to} ${silent}; it loses ${lost} of its activation${rows.length > 1 ? ' on average' : ''} (${tokens(rows.length)} tested).`
	];
	if (randoms.length > 0)
		parts.push(
			`Random directions of the same length: silent in ${randoms.filter((other) => other.off).length} of ${randoms.length}, ${percent(mean(randoms.map((other) => other.change)))} lost on average.`
		);
	if (without.length > 0)
		parts.push(
			`On ${without.length === 1 ? 'one other token' : `${without.length} other tokens`} ${to} fires alone.`
		);
	return parts.join(' ');
}

const tokens = (n: number) => (n === 1 ? '1 token' : `${n} tokens`);

export function edgeTable({ tokens, rows }: EdgeTest): Table {
	return {
		name: 'Tokens',
		columns: [
			'position',
			'token',
			'activation of the earlier',
			'before',
			'after',
			'share lost',
			'silent',
			'share lost, random (mean)',
			'silent, random',
			'loss before',
			'loss after'
		],
		rows: rows.map((row) => [
			row.token,
			tokens[row.token]!.text,
			row.activation,
			row.before,
			row.after,
			row.change,
			row.off ? 'yes' : 'no',
			row.randoms.length > 0 ? mean(row.randoms.map((other) => other.change)) : null,
			row.randoms.filter((other) => other.off).length,
			row.loss,
			row.lossAfter
		])
	};
}
