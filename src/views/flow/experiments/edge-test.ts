/** An edge test in words and as a table. */
import type { Table } from '../../../charts/frame/export';
import { tableOf } from '../../tables';
import { percent } from '../../../core/names/numbers';
import type { EdgeTest } from '../../../core/experiments/edge';

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
	return tableOf('Tokens', rows, {
		position: (row) => row.token,
		token: (row) => tokens[row.token]!.text,
		'activation of the earlier': (row) => row.activation,
		before: (row) => row.before,
		after: (row) => row.after,
		'share lost': (row) => row.change,
		silent: (row) => (row.off ? 'yes' : 'no'),
		'share lost, random (mean)': ({ randoms }) =>
			randoms.length > 0 ? mean(randoms.map((other) => other.change)) : null,
		'silent, random': ({ randoms }) => randoms.filter((other) => other.off).length,
		'loss before': (row) => row.loss,
		'loss after': (row) => row.lossAfter
	});
}
