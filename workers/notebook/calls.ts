/** What is asked about a reader's notebooks: no pack is needed, and the answer is the same whatever is open. */
import type { Handlers } from '../../src/core/calls';
import type { NotebookCalls } from '../../src/core/notebook/notebook';
import { changeNotebooks, readNotebooks } from './database';

export const notebookCalls = (): Handlers<NotebookCalls> => ({
	notebooks: readNotebooks,
	changeNotebooks
});
