/** Models in GGUF files: header, config, tokenizer and tensors. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseGguf } from '../../../src/core/files/gguf';
import type { GgufValue } from '../../../src/core/files/gguf-cursor';
import { Problem } from '../../../src/core/names/errors';
import { blobFolder } from '../../../workers/import/files/folder';
import { openGguf } from '../../../workers/import/gguf/open-gguf';
import { listContents } from '../../../workers/import/list-contents';
import { Tokenizer } from '../../../workers/model/tokenizer';
import { joined, number } from '../../crafted-files';
import { ggufOf, takenApart, type CraftedGguf } from '../../crafted-gguf';
import type { Draws } from '../../draws';
import { FIXTURES } from '../../golden/fixture';
import { damagedBytes, hostileNumber } from '../hostile-bytes';
import { hostileText } from '../hostile-json';
import type { Parser } from '../parser';

const FOLDER = path.join(FIXTURES, 'gguf');
/** The longest lists are cut to it, so that an input is read in milliseconds. */
const KEPT = 300;

const soundFiles = (): Uint8Array[] =>
	readdirSync(FOLDER)
		.filter((name) => name.endsWith('.gguf'))
		.map((name) => new Uint8Array(readFileSync(path.join(FOLDER, name))));

const NUMBERS = [-1, 0, 0.5, 1, 3, 63, 4096, 999_999, 9_999_999, 2 ** 31 - 1];

function hostileValue(draws: Draws, value: GgufValue): GgufValue {
	switch (draws.integer(0, 4)) {
		case 0:
			return draws.pick(NUMBERS);
		case 1:
			return hostileText(draws, typeof value === 'string' ? value : 'text');
		case 2:
			return draws.chance(0.5);
		case 3:
			return draws.chance(0.5) ? draws.list(draws.integer(0, 40), () => draws.pick(NUMBERS)) : [];
		default:
			return Array.isArray(value)
				? draws.shuffled<string | number>(value).slice(0, KEPT).map(String)
				: draws.list(5, (i) => `t${i}`);
	}
}

/** One to three lies in its words, entries or beginning. */
function hostileGguf(draws: Draws, sound: CraftedGguf): Uint8Array {
	const file: CraftedGguf = { metadata: [...sound.metadata], tensors: [...sound.tensors] };
	for (let n = draws.integer(1, 3); n > 0; n--) {
		const at = draws.integer(0, file.metadata.length - 1);
		const [key, value] = file.metadata[at]!;
		const which = draws.integer(0, file.tensors.length - 1);
		const tensor = file.tensors[which]!;
		switch (draws.integer(0, 6)) {
			case 0:
				file.metadata.splice(at, 1);
				break;
			case 1:
				file.metadata.push([hostileText(draws, key), value]);
				break;
			case 2:
				file.tensors[which] = {
					...tensor,
					shape: tensor.shape.map(() => draws.pick<bigint | number>([hostileNumber(draws), 1, 64]))
				};
				break;
			case 3: {
				const says = draws.pick(['type', 'offset', 'dimensions'] as const);
				const lie = says === 'offset' ? hostileNumber(draws) : BigInt(draws.integer(0, 40));
				file.tensors[which] = { ...tensor, says: { [says]: lie } };
				break;
			}
			case 4:
				file.tensors.splice(which, 1, { ...tensor, name: hostileText(draws, tensor.name) });
				break;
			case 5:
				file.says = { [draws.pick(['tensors', 'entries'])]: hostileNumber(draws) };
				break;
			default:
				file.metadata[at] = [key, hostileValue(draws, value)];
		}
	}
	return ggufOf(file);
}

export const ggufParsers: Parser[] = [
	{
		name: 'GGUF file',
		prepare() {
			const sound = soundFiles().map((bytes) => ({ bytes, crafted: takenApart(bytes) }));
			return async (draws) => {
				const { bytes, crafted } = draws.pick(sound);
				const hostile = draws.chance(0.3)
					? damagedBytes(draws, bytes)
					: hostileGguf(draws, crafted);
				const file = new Blob([hostile as Uint8Array<ArrayBuffer>]);
				const folder = blobFolder('m', new Map([['m.gguf', file]]));
				await listContents(folder, {}, () => undefined);
				const model = await openGguf(folder, 'm.gguf');
				JSON.stringify(structuredClone(model.config));
				const text = (part: Uint8Array) => new TextDecoder().decode(part);
				const [json, config] = [await model.tokenizer(), await model.tokenizerConfig()];
				for (const tensor of model.tensors.values())
					await Promise.all([tensor.read(), tensor.stored!.read()]).catch(refused);
				new Tokenizer(text(json), text(config)).encode('The old fox, 4,305 “apples” 🙂\n');
			};
		}
	},
	{
		name: 'GGUF headers without end',
		prepare() {
			/** A list of zeros, each of so many bytes. */
			const word = (type: bigint, count: number, each: number) => {
				const head = [number(3n, 4), number(0n, 8), number(1n, 8), number(0n, 8), number(9n, 4)];
				const list = [number(type, 4), number(BigInt(count), 8)];
				const body = new Uint8Array(each * count);
				return joined([Uint8Array.of(71, 71, 85, 70), ...head, ...list, body]);
			};
			const files = [
				word(0n, 1_900_000, 1),
				word(8n, 1_900_000, 8),
				word(12n, 1_900_000, 8),
				word(0n, 3_000_000, 1)
			];
			return (draws) => {
				const file = draws.pick(files);
				return parseGguf(file, draws.pick([file.length, 1e12]));
			};
		}
	}
];

function refused(error: unknown): void {
	if (!(error instanceof Problem)) throw error;
}
