import { Problem } from '../../../src/core/names/errors';

/** A file that is not what it says: `what` completes the sentence "The file … ". */
export function damagedFile(file: string, what: string, advice = 'Download it again.'): Problem {
	return new Problem('pack-damaged', `The file ${file} ${what}.`, advice);
}
