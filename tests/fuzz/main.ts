/** `npm run fuzz`: hostile inputs by hand, as many as there is time for. `-- --inputs 5000 --seed 2 --only zip --from 17` */
import { parseArgs } from 'node:util';
import { PARSERS } from './parsers/parsers';
import { Fuzzer, reportOf } from './run';

const { values } = parseArgs({
	options: {
		/** Of each parser. */
		inputs: { type: 'string', default: '3000' },
		seed: { type: 'string', default: '1' },
		from: { type: 'string', default: '0' },
		only: { type: 'string' }
	}
});
const whole = (name: 'inputs' | 'seed' | 'from'): number => {
	const number = Number(values[name]);
	if (Number.isSafeInteger(number) && number >= 0) return number;
	throw new Error(`--${name} takes a whole number, not "${values[name]}".`);
};
const [inputs, seed, from] = [whole('inputs'), whole('seed'), whole('from')];
const chosen = PARSERS.filter(({ name }) => values.only === undefined || name === values.only);
if (chosen.length === 0) throw new Error(`There is no parser "${values.only}".`);

const fuzzer = new Fuzzer();
let [all, faults] = [0, 0];
for (const { name } of chosen) {
	const ran = await fuzzer.run(name, seed, from, inputs);
	all += ran.inputs;
	faults += ran.faults.length;
	const line = [
		name.padEnd(28),
		ran.inputs,
		`${ran.refused} refused`,
		`${ran.seconds.toFixed(1)} s`
	];
	process.stdout.write(`${line.join('\t')}\n`);
	for (const fault of ran.faults) process.stdout.write(`\n${reportOf(fault)}\n\n`);
}
process.stdout.write(`${all} inputs to ${chosen.length} parsers: ${faults} faults.\n`);
process.exit(faults > 0 ? 1 : 0);
