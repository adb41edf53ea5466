/** Features found, and listed. */
import type { Handlers } from '../../src/core/calls';
import type { SearchCalls } from '../../src/core/search/search';
import type { Context } from '../calls/context';
import { featureTable } from './table';

export const searchCalls = ({ search, flows }: Context): Handlers<SearchCalls> => ({
	search: (request, run) => search().find(request, run),
	prepareSearch: () => search().prepare(),
	featureTable: (request, run) => featureTable(request, flows(), run)
});
