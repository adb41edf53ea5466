/** Lengths of files as people write them. */
import { usage } from './arguments';

const UNITS: Record<string, number> = {
	'': 1,
	kb: 1e3,
	kib: 2 ** 10,
	mb: 1e6,
	mib: 2 ** 20,
	gb: 1e9,
	gib: 2 ** 30
};

/** Less would make more files than any host takes. */
const LEAST = 2 ** 10;

/** `24MiB` as bytes. Throws a Problem when it is no length, or one below 1 KiB. */
export function bytesIn(text: string, option: string): number {
	const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
	const bytes = Math.floor(Number(digits) * (UNITS[unit.toLowerCase()] ?? NaN));
	if (Number.isSafeInteger(bytes) && bytes >= LEAST) return bytes;
	throw usage(`${option} "${text.slice(0, 40)}" is no length from 1 KiB on, such as 24MiB`);
}
