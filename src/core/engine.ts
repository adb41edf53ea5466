/** Everything that may be asked of an engine, by the page and the command line alike. */
import type { Methods } from './calls';
import type { CircuitCalls } from './circuit/circuit';
import type { TreeCalls } from './circuit/tree';
import type { GraphFileCalls } from './circuit/graph-file/graph-file';
import type { CorpusCalls } from './corpus/requests';
import type { ComparisonCalls } from './features/comparison';
import type { FeatureCalls } from './features/feature';
import type { MatchCalls } from './flow/matches';
import type { FlowCalls } from './flow/graph';
import type { PromptFlowCalls } from './flow/prompt';
import type { ImportCalls } from './import/calls';
import type { LabelCalls } from './labels/labels';
import type { ExperimentCalls } from './experiments/calls';
import type { LabCalls } from './lab/methods';
import type { NotebookCalls } from './notebook/notebook';
import type { PackCalls } from './packs/info';
import type { SearchCalls } from './search/search';
import type { StorageCalls } from './packs/stored';
import type { PromptCalls } from './prompt/reading';
import type { DoseCalls } from './steering/dose';
import type { MeterCalls } from './steering/meters';
import type { ThemeCalls } from './steering/themes';
import type { TrainCalls } from './train/training';
import type { WritingCalls } from './steering/writing';

export interface Calls
	extends
		PackCalls,
		StorageCalls,
		PromptCalls,
		WritingCalls,
		DoseCalls,
		MeterCalls,
		ThemeCalls,
		FeatureCalls,
		ComparisonCalls,
		MatchCalls,
		FlowCalls,
		PromptFlowCalls,
		ImportCalls,
		CircuitCalls,
		GraphFileCalls,
		TreeCalls,
		SearchCalls,
		LabelCalls,
		NotebookCalls,
		CorpusCalls,
		ExperimentCalls,
		TrainCalls,
		LabCalls {}

export type Engine = Methods<Calls>;

/** Calls that need no open pack; all others wait until one is open. */
export const WITHOUT_PACK: ReadonlySet<string> = new Set<keyof Calls>([
	'open',
	'storage',
	'notebooks',
	'changeNotebooks',
	'deletePack',
	'tidyStorage',
	'verifyPack',
	'exportPack',
	'importPack',
	'listImport',
	'buildPack',
	'fetchPack',
	'pendingDownloads',
	'discardDownloads',
	'repairSae',
	'openGraph'
]);

/** Calls that store what the browser should not throw away, unless they answer false. */
export const STORING: ReadonlySet<string> = new Set<keyof Calls>([
	'keep',
	'importPack',
	'buildPack',
	'fetchPack',
	'repairSae',
	'corpusStatistics',
	'train',
	'nameFeatures',
	'importLabels',
	'changeNotebooks'
]);

/** Calls that look into a pack without running its model: they are answered while it is being tested. */
export const BEFORE_TEST: ReadonlySet<string> = new Set<keyof Calls>(['feature', 'lines']);
