/** Words of the search: its ways, its cut-offs and how it stands, in sentences. */
import type { SearchWay } from '../../core/search/search';

export const WAYS: readonly { value: SearchWay | ''; text: string }[] = [
	{ value: '', text: 'All ways' },
	{ value: 'name', text: 'Name or id' },
	{ value: 'token', text: 'Tokens it promotes or reads' },
	{ value: 'example', text: 'Example texts' },
	{ value: 'prompt', text: 'Fires on this text' },
	{ value: 'contrast', text: 'Fires on this text, not on another' },
	{ value: 'logit', text: 'Pushes towards this token' }
];

export const CUTS: readonly { value: string; text: string }[] = [
	{ value: '', text: 'Any density' },
	{ value: '0.1', text: 'At most 10 % of tokens' },
	{ value: '0.01', text: 'At most 1 % of tokens' },
	{ value: '0.001', text: 'At most 0.1 % of tokens' }
];

interface State {
	text: string;
	by: SearchWay | null;
	against: string;
	ready: boolean;
	busy: boolean;
	found: number;
	narrowed: boolean;
}

/** How the search stands. */
export function standing({ text, by, against, ready, busy, found, narrowed }: State): string {
	if (text.trim() === '') return '';
	if (by === 'contrast' && against.trim() === '') return 'Type a second text to compare with.';
	if (!ready) return 'The search starts when the engine is ready.';
	if (found > 0)
		return `${found} ${found === 1 ? 'feature' : 'features'}, the likeliest first${busy ? '; still searching …' : '.'}`;
	if (busy) return 'Searching …';
	return `No feature was found for “${text.trim().slice(0, 60)}”${narrowed ? ' within these filters' : ''}.`;
}
