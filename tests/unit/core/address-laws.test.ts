/** Every state comes back from its address, and every text after `#` gives a state that can be shown. */
import { CIRCUIT_METHODS, nodeKey } from '../../../src/core/circuit/circuit';
import { describe, expect, it } from 'vitest';
import {
	DEFAULTS,
	formatAddress,
	LIMITS,
	parseAddress,
	VIEWS,
	type AddressState
} from '../../../src/core/address';
import { attnOut, featureId, mlpOut, residPost } from '../../../src/core/names/site';
import { METHOD_NAMES } from '../../../src/core/lab/methods';
import { SEARCH_WAYS } from '../../../src/core/search/search';
import type { EditMode } from '../../../src/core/steering/writing';
import { Draws } from '../../draws';

const draws = new Draws(443);
const sae = () =>
	`${draws.pick([attnOut, mlpOut, residPost])(draws.integer(0, 47))}${draws.pick(['', '@kron', '@l0_71'])}`;
const feature = () => featureId(sae(), draws.integer(0, 999_999));
const text = () =>
	draws
		.list(draws.integer(0, 12), () =>
			draws.pick([
				'a',
				' ',
				'\n',
				'&',
				'=',
				'?',
				'#',
				'+',
				'%',
				'%20',
				'/',
				'日',
				'🦊',
				'\0',
				'"',
				'<b>'
			])
		)
		.join('');
const whole = ([least, most]: readonly [number, number]) => draws.integer(least, most);
/** As sliders, fields and arithmetic leave them. */
const real = ([least, most]: readonly [number, number]) =>
	draws.pick([
		least,
		most,
		Number(draws.real(least, most).toFixed(2)),
		draws.real(least, most),
		Math.max(least, most * 10 ** -draws.real(0, 9))
	]);
/** No longer than a token may be. */
const token = () => text().slice(0, 200);
/** Names are trimmed, and none is empty. */
const groupName = () => `n${text()}`.trim().slice(0, 80).trim();
const maybe = <T>(value: () => T) => (draws.chance(0.4) ? null : value());

function drawn(): AddressState {
	const view = draws.pick(VIEWS);
	const ids = draws.list(draws.integer(0, 4), feature);
	return {
		view,
		id: view === 'feature' || view === 'flow' ? maybe(feature) : null,
		page:
			view === 'report'
				? maybe(() => 'flow' as const)
				: view === 'lab'
					? maybe(() => draws.pick(METHOD_NAMES))
					: null,
		prompt: maybe(text),
		site: maybe(sae),
		token: maybe(() => whole(LIMITS.token)),
		length: whole(LIMITS.length),
		temperature: real(LIMITS.temperature),
		topP: real(LIMITS.topP),
		seed: whole(LIMITS.seed),
		steer: [...new Set(ids)].map((id) => {
			const mode = draws.pick<EditMode>(['add', 'set', 'scale', 'ablate']);
			return { id, mode, value: mode === 'ablate' ? 0 : draws.real(-20, 20) };
		}),
		paused: [...new Set(draws.list(draws.integer(0, 3), feature))],
		beside: maybe(text),
		options: Object.fromEntries(
			draws.list(draws.integer(0, 3), () => [draws.pick(['k', 'regex', 'a-b2']), text()])
		),
		find: maybe(text),
		by: maybe(() => draws.pick(SEARCH_WAYS)),
		against: maybe(text),
		within: maybe(sae),
		maxDensity: maybe(() => real(LIMITS.density)),
		most: whole(LIMITS.most),
		target: maybe(token),
		ratherThan: maybe(token),
		method: draws.pick(CIRCUIT_METHODS),
		nodes: whole(LIMITS.nodes),
		groups: [...new Set(draws.list(draws.integer(0, 3), groupName))].map((name) => ({
			name,
			members: [
				...new Set(
					draws.list(draws.integer(1, 4), () =>
						nodeKey(
							draws.chance(0.7)
								? { id: feature(), position: whole([0, 999_999]) }
								: { error: sae(), position: whole([0, 999_999]) }
						)
					)
				)
			]
		})),
		note: maybe(text),
		lesson: maybe(() => whole(LIMITS.lesson)),
		tRes: maybe(() => real(LIMITS.cosine)),
		tModule: maybe(() => real(LIMITS.cosine)),
		list: maybe(() => draws.pick(['a', 'x_-9'])),
		compare: maybe(feature),
		pack: maybe(() => `${draws.pick(['default', 'gpt2-small'])}-0123456789ab`)
	};
}

/** Whether a state is one that the page may be asked to show. */
function expectBounded(state: AddressState): void {
	expect(VIEWS).toContain(state.view);
	for (const name of ['length', 'temperature', 'topP', 'seed', 'most', 'nodes'] as const) {
		const [least, most] = LIMITS[name];
		expect(state[name] >= least && state[name] <= most, `${name} ${state[name]}`).toBe(true);
	}
	for (const cosine of [state.tRes, state.tModule])
		expect(cosine === null || (cosine >= 0 && cosine <= 1)).toBe(true);
	for (const name of ['length', 'seed', 'most', 'nodes'] as const)
		expect(Number.isInteger(state[name])).toBe(true);
	expect(state.token === null || Number.isInteger(state.token)).toBe(true);
	expect(new Set(state.steer.map(({ id }) => id)).size).toBe(state.steer.length);
	for (const { value } of state.steer) expect(Number.isFinite(value)).toBe(true);
}

describe('an address', () => {
	it('gives back every state that it was made of, without a problem', () => {
		for (let trial = 0; trial < 1500; trial++) {
			const state = drawn();
			expect(parseAddress(formatAddress(state))).toEqual({ state, problems: [] });
		}
	});

	it('is the same again when it is read and written', () => {
		for (let trial = 0; trial < 300; trial++) {
			const address = formatAddress(drawn());
			expect(formatAddress(parseAddress(address).state)).toBe(address);
		}
	});

	it('holds nothing but what every browser leaves as it is', () => {
		for (let trial = 0; trial < 300; trial++) {
			const address = formatAddress(drawn());
			expect(address).toMatch(/^#\/[\w/?=&.%+*@:-]*$/);
			expect(new URL(`https://example.org/${address}`).hash).toBe(address);
		}
	});

	it('may give its parameters in any order, escaped in any way', () => {
		for (let trial = 0; trial < 300; trial++) {
			const state = drawn();
			const [path, query = ''] = formatAddress(state).split('?');
			const parts = query.split('&');
			const isListed = (part: string) => /^(steer|paused|group)=/.test(part);
			const listed = parts.filter(isListed);
			const others = draws.shuffled(parts.filter((part) => !isListed(part)));
			// Edits, pauses and groups keep their order; all else is free.
			const mixed = draws.chance(0.5) ? [...listed, ...others] : [...others, ...listed];
			const escaped = mixed.map((part) => part.replaceAll('+', '%20').replaceAll(':', '%3a'));
			expect(parseAddress(`${path}?${escaped.join('&')}`)).toEqual({ state, problems: [] });
		}
	});
});

describe('whatever stands after the #', () => {
	const pieces = [
		...[
			'#',
			'/',
			'?',
			'&',
			'=',
			'%',
			'%E0',
			'%00',
			'+',
			'explore',
			'feature',
			'flow',
			'report',
			'steer'
		],
		...[
			'prompt=',
			'token=',
			'length=',
			'temperature=',
			'top_p=',
			'seed=',
			'most=',
			't_res=',
			'steer='
		],
		...[
			'site=',
			'pack=',
			'1',
			'-1',
			'0.5',
			'1e3',
			'1e-3',
			'1e999',
			'NaN',
			'Infinity',
			'99999999999'
		],
		...[
			'blocks.1.hook_resid_post/3',
			'=add:1',
			'=ablate',
			'__proto__',
			'constructor',
			'<img>',
			'\u202e'
		]
	];

	it('gives a state within its limits, and a sentence for what could not be read', () => {
		let troubled = 0;
		for (let trial = 0; trial < 4000; trial++) {
			const hash = draws.list(draws.integer(0, 10), () => draws.pick(pieces)).join('');
			const { state, problems } = parseAddress(hash);
			expectBounded(state);
			expect(Object.keys(state).sort()).toEqual(Object.keys(DEFAULTS).sort());
			for (const problem of problems) {
				expect(problem).toMatch(/\.$/);
				expect(problem.length).toBeLessThan(250);
			}
			troubled += Number(problems.length > 0);
			// What was read is all that the address of the state says.
			expect(parseAddress(formatAddress(state))).toEqual({ state, problems: [] });
		}
		expect(troubled).toBeGreaterThan(1000);
	});
});
