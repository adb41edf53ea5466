/** Experiments on features, and what is measured of SAEs, as calls. */
import type { Call } from '../calls';
import type { Remeasured } from '../packs/check';
import type { Imported } from '../packs/stored';
import type { DeactivationRequest, Trial } from './deactivation';
import type { EdgeRequest, EdgeTest } from './edge';
import type { FitRequest, RepairRequest, SaeFit, FitReport } from './fit';
import type { Reproduction, ReproductionSettings } from './reproduction';
import type { ArmResult, DivergenceRequest, SteeringRequest } from './steering-effect';

export interface ExperimentCalls {
	testEdge: Call<EdgeRequest, EdgeTest>;
	/** Trials come token by token. */
	deactivate: Call<DeactivationRequest, void, Trial[]>;
	/** Arms come as they are measured. */
	measureSteering: Call<SteeringRequest, void, ArmResult>;
	/** KL(plain ‖ steered) of the next-token distribution after a text, in nats. */
	divergence: Call<DivergenceRequest, number>;
	/** Measures again what the pack states of its SAEs. Throws a Problem where it states nothing. */
	remeasure: Call<void, Remeasured>;
	/** Whether the SAEs of the open pack fit its model. Throws a Problem when the text is too short to tell. */
	fit: Call<FitRequest, FitReport, SaeFit>;
	/** Stores the pack with one mistake undone, beside the pack as it was, with which it shares its files. */
	repairSae: Call<RepairRequest, Imported>;
	reproduce: Call<ReproductionSettings, Reproduction>;
	/** What the pack brings of the same; null when it brings none. */
	storedReproduction: Call<void, Reproduction | null>;
}
