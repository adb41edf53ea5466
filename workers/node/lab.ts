/** The laboratory on the command line: its list, and a method's options as arguments. */
import type { Progress } from '../../src/core/calls';
import type { Engine } from '../../src/core/engine';
import { settingsOf, type Options, type Settings } from '../../src/core/lab/method';
import { METHOD_NAMES, METHODS, type MethodName } from '../../src/core/lab/methods';
import { residPost } from '../../src/core/names/site';
import type { LocalEngine } from '../engine';
import type { Arguments } from './arguments';
import type { Command } from './command';
import { readText } from './corpus/text-file';

interface Opened {
	engine: Engine;
	local: LocalEngine;
}
/** What the engine does for any of them. */
type Work = (settings: Settings<Options>, watch: object) => Promise<unknown>;
/** Tells how far something is, as a line. */
type Said = (line: (progress: Progress) => string) => object;

/** `lab --list`, and `lab METHOD` for each of them; its options are the command's. */
export function labCommands(
	open: (args: Arguments) => Promise<Opened>,
	said: Said
): Record<string, Command> {
	const list: Command = {
		options: [],
		flags: ['list'],
		run: () => Promise.resolve(listedMethods())
	};
	const method = (name: MethodName): Command => ({
		options: ['pack', ...Object.keys(METHODS[name].options)],
		async run(args) {
			const { engine, local } = await open(args);
			const settings = await methodSettings(name, args, local.bench().saeIds);
			const far = said(({ what, done, total }) => `${what} (${done} of ${total})`);
			return (engine[`lab:${name}`] as unknown as Work)(settings, far);
		}
	});
	const methods = METHOD_NAMES.map((name) => [`lab ${name}`, method(name)] as const);
	return { lab: list, ...Object.fromEntries(methods) };
}

/** Every method: its name, its paper, and what may be set. */
const listedMethods = () =>
	METHOD_NAMES.map((name) => {
		const { title, paper, does, says, options } = METHODS[name];
		return { name, title, does, says, paper, options };
	});

/** A method's settings as the page would have them: without `--sae`, the residual of the middle layer. */
async function methodSettings(
	name: MethodName,
	args: Arguments,
	saes: string[]
): Promise<Settings<Options>> {
	const options: Options = METHODS[name].options;
	const given: Record<string, string> = {};
	for (const [option, { kind }] of Object.entries(options)) {
		const text = kind === 'prompt' ? args.need(option) : args.get(option);
		if (text === undefined) continue;
		given[option] = kind === 'file' ? await readText(text, `--${option}`) : text;
	}
	const layers = 1 + Math.max(...saes.map((sae) => Number(/^blocks\.(\d+)\./.exec(sae)?.[1] ?? 0)));
	const middle = residPost(layers >> 1);
	const sae = saes.includes(middle) ? middle : (saes[saes.length >> 1] ?? '');
	return settingsOf(options, given, { sae, prompt: '' });
}
