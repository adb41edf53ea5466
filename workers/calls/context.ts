/** What the calls of all subjects share. */
import type { Run } from '../../src/core/calls';
import type { OpenRequest } from '../../src/core/packs/info';
import type { PackSource } from '../../src/core/packs/source';
import type { Activity } from '../features/activations';
import type { Circuits } from '../circuit/circuit';
import type { Flows } from '../flow/flows';
import type { LabelStore } from '../labels/own-labels';
import type { Workbench } from '../packs/open-pack';
import type { Search } from '../search/search';
import type { Library } from '../storage/library';

/** Where packs come from: the browser's storage in the page, folders on the command line. */
export interface PackProvider {
	open(request: OpenRequest, run: Run): Promise<PackSource>;
	/** The packs that are kept; a folder keeps none. */
	stored?: () => Promise<Library>;
	/** Where own names are kept; where there is none, they last as long as the engine. */
	labels?: LabelStore;
}

/** Each of these throws a Problem where there is none. */
export interface Context {
	/** The open pack at work. */
	bench(): Workbench;
	flows(): Flows;
	circuits(): Circuits;
	/** What its SAEs do on the texts that it brings. */
	activity(): Activity;
	/** What finds features in it. */
	search(): Search;
	/** The packs that are kept. */
	library(): Promise<Library>;
	/** Where own names are kept. */
	ownLabels(): LabelStore;
}
