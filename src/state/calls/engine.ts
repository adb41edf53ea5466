/** What the state asks of an engine: the client's methods, so that a test can stand in for it. */
import type { EngineClient } from '../../engine/client';

export type Asked = Pick<
	EngineClient,
	| 'open'
	| 'read'
	| 'feature'
	| 'lines'
	| 'flow'
	| 'promptFlow'
	| 'matches'
	| 'matchPair'
	| 'nulls'
	| 'testEdge'
	| 'divergence'
	| 'measureSteering'
	| 'write'
	| 'remeasure'
	| 'reproduce'
	| 'reproduced'
	| 'keep'
	| 'storage'
	| 'forget'
	| 'tidyStorage'
	| 'verifyPack'
	| 'exportPack'
	| 'importPack'
	| 'onLost'
> & { workshop: Pick<EngineClient['workshop'], keyof EngineClient['workshop']> };
