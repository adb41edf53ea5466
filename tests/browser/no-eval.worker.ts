/** Tries every way from text to code after the engine's first line, and posts what came of each. */
import '../../workers/calls/no-eval';

type Make = (text: string) => () => unknown;
const { eval: run, Function: make } = globalThis as unknown as {
	eval?: (text: string) => unknown;
	Function?: Make;
};
const by = (of: object) => () => (of as { constructor: Make }).constructor('return 2')();

const ways: Record<string, () => unknown> = {
	'by name': () => run!('1 + 1'),
	'by a class': () => make!('return 2')(),
	'of an arrow': by(() => 0),
	'of a function': by(function () {}),
	'of a class': by(class {}),
	'of a method': by([].map),
	'of an async function': by(async () => 0),
	'of a generator': by(function* () {})
};

postMessage(
	Object.entries(ways).map(([name, way]) => {
		try {
			way();
			return `${name}: ran`;
		} catch {
			return `${name}: nothing`;
		}
	})
);
