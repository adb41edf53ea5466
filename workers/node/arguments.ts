/** The command line's arguments: `--name value`, repeated or not; flags have no value. */
import { Problem } from '../../src/core/names/errors';

export class Arguments {
	readonly #values = new Map<string, string[]>();

	/** Throws a Problem for anything that is not among `known`. */
	constructor(words: string[], known: string[], flags: string[]) {
		for (let i = 0; i < words.length; i++) {
			const name = words[i]!.replace(/^--/, '');
			if (!words[i]!.startsWith('--') || ![...known, ...flags].includes(name))
				throw usage(`"${words[i]!.slice(0, 60)}" is not an option of this command`);
			const isFlag = flags.includes(name);
			if (!isFlag && i + 1 >= words.length) throw usage(`--${name} needs a value`);
			const list = this.#values.get(name) ?? [];
			list.push(isFlag ? 'true' : words[++i]!);
			this.#values.set(name, list);
		}
	}

	all(name: string): string[] {
		return this.#values.get(name) ?? [];
	}

	get(name: string): string | undefined {
		return this.all(name).at(-1);
	}

	need(name: string): string {
		const value = this.get(name);
		if (value === undefined) throw usage(`--${name} is missing`);
		return value;
	}

	number(name: string, otherwise: number): number;
	number(name: string): number | undefined;
	number(name: string, otherwise?: number): number | undefined {
		const text = this.get(name);
		if (text === undefined) return otherwise;
		const value = Number(text);
		if (text.trim() === '' || !Number.isFinite(value))
			throw usage(`--${name} "${text.slice(0, 40)}" is not a number`);
		return value;
	}

	/** A whole number from `least` on. */
	whole(name: string, otherwise: number, least = 0): number {
		const value = this.number(name, otherwise);
		if (!Number.isInteger(value) || value < least)
			throw usage(`--${name} must be a whole number from ${least} on`);
		return value;
	}
}

export function usage(what: string): Problem {
	return new Problem(
		'usage',
		`${what}.`,
		'Commands: read, write, attribute, circuit, tree, graph, feature, search, labels, dose, themes, flow, origins, report, reproduce, pack, train, verdict, verify, lab; the README lists their options.'
	);
}
