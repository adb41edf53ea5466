/** The same edits at several strengths, each with what is written under them and what that is worth. */
import type { Engine } from '../../core/engine';
import { GRID, stronger, type Meter } from '../../core/steering/meters';
import type { Edit, WriteRequest, Written } from '../../core/steering/writing';
import { Task } from '../calls/task.svelte';

export interface GridCell {
	/** Of the strengths in the list. */
	by: number;
	edits: Edit[];
	written: Written;
	meter: Meter;
}

export interface GridAnswer {
	plain: Meter;
	/** Tokens of the text without steering. */
	tokens: string[];
	cells: GridCell[];
}

export class StrengthGrid extends Task<WriteRequest, GridAnswer> {
	constructor(engine: Engine) {
		super(async (request, { signal, onPart, onProgress }) => {
			const { text, edits } = request;
			const features = edits.map(({ id }) => id);
			const measured = async (written: Written) =>
				(await engine.meters({ text, written: [written.ids], features }, { signal }))[0]!;
			const total = GRID.length + 1;
			const report = (done: number) => onProgress({ phase: 'write', what: 'texts', done, total });
			report(0);
			const first = await engine.write({ ...request, edits: [] }, { signal });
			let answer: GridAnswer = {
				plain: await measured(first),
				tokens: first.tokens,
				cells: []
			};
			for (const [i, by] of GRID.entries()) {
				report(i + 1);
				const own = stronger(edits, by);
				const written = await engine.write({ ...request, edits: own }, { signal });
				const cell = { by, edits: own, written, meter: await measured(written) };
				answer = { ...answer, cells: [...answer.cells, cell] };
				onPart(answer);
			}
			return answer;
		});
	}
}
