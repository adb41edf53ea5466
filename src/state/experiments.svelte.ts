/** The experiments that a reader has started, and what they found. */
import type { EdgeRequest, EdgeTest, MatchAnswer, MatchRequest } from '../core/experiments';
import type { Asked } from './engine';
import { Task } from './task.svelte';

export class Experiments {
	readonly edge: Task<EdgeRequest, EdgeTest>;
	readonly matches: Task<MatchRequest, MatchAnswer>;

	constructor(engine: Asked) {
		this.edge = new Task((request, watch) => engine.testEdge(request, watch));
		this.matches = new Task((request, watch) => engine.matches(request, watch));
	}
}
