/** How far a long command is, as lines on stderr. */
import type { Progress } from '../../src/core/calls';
import { say } from './plain-output';

/** Prints a line for every step, and for every hundredth of the steps whose length is known. */
export function printedProgress(): (progress: Progress) => void {
	let printed = '';
	return ({ what, done, total }) => {
		const line = total > 0 ? `${what}: ${Math.floor((100 * done) / total)} %` : what;
		if (line !== printed) say((printed = line));
	};
}
