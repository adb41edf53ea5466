/** The same engine headless: one JSON value on stdout, everything else on stderr. */
import { METHOD_NAMES, methodNamed } from '../../src/core/lab/methods';
import { Problem } from '../../src/core/names/errors';
import { startRuntime } from '../runtime/session';
import { COMMANDS } from './commands';
import { Arguments, usage } from './arguments';
import { printable, printableJson } from './plain-output';

/** A closed pipe is no error of ours. */
process.stdout.on('error', () => process.exit(0));

async function run(): Promise<void> {
	const { command, words } = chosen(process.argv.slice(2));
	const options = [...command.options, 'threads'];
	const args = new Arguments(words, options, ['json', ...(command.flags ?? [])]);
	const threads = args.whole('threads', 1, 1);
	if (threads > 1) await startRuntime(null, threads);
	const answer = await command.run(args);
	await new Promise<void>((done) =>
		process.stdout.write(`${printableJson(answer)}\n`, () => done())
	);
}

/** A command is a word, or two: that of the laboratory and its method. */
function chosen([name = '', ...words]: string[]) {
	if (name === 'lab' && words[0] !== undefined && !words[0].startsWith('--')) {
		const method = methodNamed(words[0]);
		if (method) return { command: COMMANDS[`lab ${method}`]!, words: words.slice(1) };
		throw new Problem(
			'usage',
			`The laboratory has no method "${words[0].slice(0, 40)}".`,
			`Methods: ${METHOD_NAMES.join(', ')}; lab --list says more.`
		);
	}
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (command) return { command, words };
	throw usage(name ? `There is no command "${name.slice(0, 40)}"` : 'A command is missing');
}

run().then(
	() => process.exit(0),
	(error: unknown) => {
		const text =
			error instanceof Problem
				? error.message
				: `Something unexpected happened (${error instanceof Error ? error.message : String(error)}). Check the options and try again.`;
		process.stderr.write(`${printable(text.replace(/\s+/g, ' '))}\n`, () => process.exit(1));
	}
);
