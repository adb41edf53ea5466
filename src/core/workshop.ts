/**
 * What an engine does to packs beside running and keeping them: made, revised, examined. It is reached as
 * `engine.workshop`. Plain data, as in `contract.ts`; every call takes a job that `Engine.cancel` ends.
 */
import type { Order } from './bringing';
import type { Progress } from './contract';
import type { Imported } from './stored-packs';

type OnProgress = (progress: Progress) => void;

export interface Workshop {
	/** Makes a pack in storage: whole, or nothing of it. Needs no open pack. */
	make(order: Order, job: number, onProgress: OnProgress): Promise<Imported>;
}
