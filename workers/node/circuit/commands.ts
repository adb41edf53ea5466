/** Commands that say why the model says a token, and one that opens a graph which others made of that. */
import { openAsBlob } from 'node:fs';
import { CIRCUIT_METHODS } from '../../../src/core/circuit/circuit';
import { TREE_WAYS, type TreeRoot, type TreeWay } from '../../../src/core/circuit/tree';
import { Problem } from '../../../src/core/names/errors';
import { openGraph } from '../../circuit/graph-file';
import { runOf } from '../../../src/core/calls';
import { usage } from '../arguments';
import { open, said, type Command } from '../command';

const attribute: Command = {
	options: ['pack', 'text', 'token', 'against', 'top'],
	async run(args) {
		const request = {
			text: args.need('text'),
			token: args.need('token'),
			against: args.get('against'),
			top: args.whole('top', 20, 1)
		};
		const { engine } = await open(args);
		return engine.attribute(request);
	}
};

const circuit: Command = {
	options: ['pack', 'text', 'target', 'against', 'patch', 'method', 'top', 'seed'],
	flags: ['no-curves'],
	async run(args) {
		const method = CIRCUIT_METHODS.find((name) => name === (args.get('method') ?? 'ig'));
		if (!method) throw usage(`--method is one of ${CIRCUIT_METHODS.join(', ')}`);
		const request = {
			text: args.need('text'),
			target: args.need('target'),
			against: args.get('against'),
			patch: args.get('patch'),
			method,
			top: args.whole('top', 100, 1),
			curves: args.get('no-curves') === undefined,
			seed: args.whole('seed', 0)
		};
		const { engine } = await open(args);
		return engine.circuit(
			request,
			said(({ what }) => `working out ${what}`)
		);
	}
};

const graph: Command = {
	options: ['file', 'top'],
	async run(args) {
		const name = args.need('file');
		const most = args.whole('top', 2000, 1);
		const file = await openAsBlob(name).catch(() => {
			throw new Problem('usage', `There is no file ${name.slice(0, 200)}.`, 'Check --file.');
		});
		const found = await openGraph({ file, most }, runOf());
		const { links, nodes, ...rest } = found;
		return {
			...rest,
			nodes,
			links: Array.from(links.weight, (weight, i) => ({
				from: nodes[links.from[i]!]!.id,
				to: nodes[links.to[i]!]!.id,
				weight
			}))
		};
	}
};

/** `L.H.Q.K`: layer, head, token of the query, token of the key. */
function scoreOf(text: string) {
	const match = /^(\d{1,4})\.(\d{1,4})\.(\d{1,6})\.(\d{1,6})$/.exec(text);
	if (!match) throw usage('--score is LAYER.HEAD.QUERY.KEY, such as 3.1.12.7');
	const [layer, head, query, key] = match.slice(1).map(Number) as [number, number, number, number];
	return { layer, head, query, key };
}

function openedAs(words: string[]): Record<string, TreeWay> {
	return Object.fromEntries(
		words.map((word) => {
			const at = word.lastIndexOf('=');
			const way = TREE_WAYS.find((name) => name === word.slice(at + 1));
			if (!way) throw usage(`--open is PATH=WAY, where WAY is one of ${TREE_WAYS.join(', ')}`);
			return [word.slice(0, Math.max(0, at)), way];
		})
	);
}

const tree: Command = {
	options: ['pack', 'text', 'target', 'against', 'id', 'token', 'score', 'open', 'expand', 'top'],
	async run(args) {
		const [id, score] = [args.get('id'), args.get('score')];
		const root: TreeRoot =
			score !== undefined
				? scoreOf(score)
				: id !== undefined
					? { id, position: args.whole('token', 0) }
					: { target: args.need('target'), against: args.get('against') };
		const request = {
			text: args.need('text'),
			root,
			open: openedAs(args.all('open')),
			expand: args.whole('expand', 8),
			top: args.whole('top', 12, 1)
		};
		const { engine } = await open(args);
		return engine.tree(request);
	}
};

export const circuitCommands: Record<string, Command> = { attribute, circuit, tree, graph };
