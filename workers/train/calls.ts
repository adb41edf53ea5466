/** What is asked about training, and about the SAEs that come of it. */
import type { Handlers } from '../../src/core/calls';
import type { TrainCalls } from '../../src/core/train/training';
import type { Context } from '../calls/context';
import { exportSae, removeSae } from './sae-files';
import { TrainingRun } from './run';

export function trainCalls(around: Context): Handlers<TrainCalls> {
	const { trainingCost, train, pendingTraining, discardTraining } = new TrainingRun(around);
	return {
		...{ trainingCost, train, pendingTraining, discardTraining },
		exportSae: (id) => exportSae(around.bench(), id),
		removeSae: async (id, { signal }) =>
			removeSae(await around.library(), around.bench(), id, signal)
	};
}
