/** The same engine headless: one JSON value on stdout, everything else on stderr. */
import { Problem } from '../../src/core/names/errors';
import { startRuntime } from '../runtime/session';
import { COMMANDS } from './commands';
import { Arguments, usage } from './arguments';
import { printable, printableJson } from './plain-output';

/** A closed pipe is no error of ours. */
process.stdout.on('error', () => process.exit(0));

async function run(): Promise<void> {
	const [name = '', ...words] = process.argv.slice(2);
	const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
	if (!command)
		throw usage(name ? `There is no command "${name.slice(0, 40)}"` : 'A command is missing');
	const options = [...command.options, 'threads'];
	const args = new Arguments(words, options, ['json', ...(command.flags ?? [])]);
	const threads = args.whole('threads', 1, 1);
	if (threads > 1) await startRuntime(null, threads);
	const answer = await command.run(args);
	await new Promise<void>((done) =>
		process.stdout.write(`${printableJson(answer)}\n`, () => done())
	);
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
