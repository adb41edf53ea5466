import { describe, expect, it } from 'vitest';
import {
	DEFAULTS,
	formatAddress,
	parseAddress,
	type AddressState
} from '../../../src/core/address';

const ID = 'blocks.3.hook_resid_post/812';
const state = (more: Partial<AddressState>): AddressState => ({ ...DEFAULTS, ...more });

describe('parseAddress', () => {
	it.each(['', '#', '#/', '#/explore', '#/explore?'])('reads %j as the default', (hash) => {
		expect(parseAddress(hash)).toEqual({ state: DEFAULTS, problems: [] });
	});

	it('reads every parameter', () => {
		const query = new URLSearchParams({
			prompt: 'a & b = “c” + 5 %\n',
			site: 'blocks.2.hook_mlp_out@wide',
			token: '4',
			length: '16',
			temperature: '0.75',
			top_p: '0.9',
			seed: '7',
			beside: 'a second = prompt',
			find: 'sea',
			by: 'token',
			against: 'another text',
			within: 'blocks.1.hook_resid_post',
			max_density: '0.2',
			target: ' sea',
			rather_than: ' shore',
			method: 'ig',
			nodes: '60',
			group: 'Sea = water=blocks.3.hook_resid_post/812 at 7,error of blocks.2.hook_mlp_out at 3',
			note: 'why',
			most: '250',
			lesson: '3',
			t_res: '0.5',
			t_module: '0.15',
			list: 'q1YqVrJSKk4tUo_-',
			compare: 'blocks.1.hook_mlp_out@wide/3',
			pack: 'default-0123456789ab'
		});
		query.append('option', 'k=8');
		query.append('option', 'words=a=b, c');
		query.append('steer', `${ID}=add:6.25`);
		query.append('paused', ID);
		query.append('steer', 'blocks.0.hook_attn_out/1=ablate');
		expect(parseAddress(`#/steer?${query}`)).toEqual({
			problems: [],
			state: {
				view: 'steer',
				id: null,
				page: null,
				prompt: 'a & b = “c” + 5 %\n',
				site: 'blocks.2.hook_mlp_out@wide',
				token: 4,
				length: 16,
				temperature: 0.75,
				topP: 0.9,
				seed: 7,
				steer: [
					{ id: ID, mode: 'add', value: 6.25 },
					{ id: 'blocks.0.hook_attn_out/1', mode: 'ablate', value: 0 }
				],
				paused: [ID],
				beside: 'a second = prompt',
				find: 'sea',
				by: 'token',
				against: 'another text',
				within: 'blocks.1.hook_resid_post',
				maxDensity: 0.2,
				target: ' sea',
				ratherThan: ' shore',
				method: 'ig',
				nodes: 60,
				groups: [
					{
						name: 'Sea = water',
						members: ['blocks.3.hook_resid_post/812 at 7', 'error of blocks.2.hook_mlp_out at 3']
					}
				],
				note: 'why',
				most: 250,
				options: { k: '8', words: 'a=b, c' },
				lesson: 3,
				tRes: 0.5,
				tModule: 0.15,
				list: 'q1YqVrJSKk4tUo_-',
				compare: 'blocks.1.hook_mlp_out@wide/3',
				pack: 'default-0123456789ab'
			}
		});
	});

	it('tells an empty prompt from none', () => {
		expect(parseAddress('#/explore?prompt=').state.prompt).toBe('');
		expect(parseAddress('#/explore').state.prompt).toBeNull();
	});

	it('shows the flow of the prompt where no feature is named', () => {
		expect(parseAddress('#/flow?most=40').state).toEqual({ ...DEFAULTS, view: 'flow', most: 40 });
		expect(parseAddress('#/flow/nonsense').problems[0]).toContain('the flow of the prompt');
	});

	it('takes a feature id with and without escapes', () => {
		expect(parseAddress(`#/feature/${ID}`).state.id).toBe(ID);
		expect(parseAddress(`#/flow/${encodeURIComponent(ID)}`).state.id).toBe(ID);
	});

	it('knows the methods of the laboratory', () => {
		expect(parseAddress('#/lab/k-knob?option=seed=3')).toEqual({
			state: state({ view: 'lab', page: 'k-knob', options: { seed: '3' } }),
			problems: []
		});
		expect(parseAddress('#/lab/K%20knob').state.page).toBe('k-knob');
		expect(parseAddress('#/lab').state.page).toBeNull();
	});

	it('knows the pages of the report', () => {
		expect(parseAddress('#/report/flow?seed=3')).toEqual({
			state: state({ view: 'report', page: 'flow', seed: 3 }),
			problems: []
		});
		expect(parseAddress('#/report').state.page).toBeNull();
		expect(parseAddress('#/report/flow/').problems).toEqual([
			'The report has no page “flow/”, so its first is shown.'
		]);
		expect(parseAddress('#/explore/flow').problems[0]).toContain('flow');
	});

	it.each([
		['#/nowhere', 'nowhere'],
		['#/feature/<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
		['#/flow/blocks.999.hook_resid_post/-1', 'blocks.999.hook_resid_post/-1'],
		['#/feature/blocks.1.hook_nothing/3', 'blocks.1.hook_nothing/3'],
		['#/feature/%E0%A4%A', '%E0%A4%A'],
		['#/report/x', 'x'],
		['#/explore?prompt=%E0%A4%A', 'prompt'],
		['#/explore?colour=blue', 'colour'],
		['#/explore?__proto__=1', '__proto__'],
		['#/explore?site=../../etc', '../../etc'],
		['#/explore?token=-1', '-1'],
		['#/explore?token=1.5', '1.5'],
		['#/explore?pack=default', 'pack'],
		['#/lab/nothing', 'nothing'],
		['#/lab?option=k', 'k'],
		['#/lab?option=__proto__=1', '__proto__'],
		['#/lab?option=k=1&option=k=2', 'option k'],
		['#/steer?steer=__proto__', '__proto__'],
		['#/steer?length=1e99', '1e99'],
		['#/steer?length=0', 'length'],
		['#/steer?temperature=NaN', 'NaN'],
		['#/steer?temperature=', 'temperature'],
		['#/steer?top_p=0', 'top_p'],
		['#/steer?seed=1&seed=2', 'seed'],
		['#/circuit?group=name', 'name'],
		['#/circuit?group=A=<b>', '<b>'],
		['#/circuit?group=A=blocks.0.hook_mlp_out/1+at+1&group=A=blocks.0.hook_mlp_out/2+at+1', 'A='],
		['#/flow?most=9', 'most'],
		['#/flow?most=1e9', '1e9'],
		['#/flow?t_res=1.5', 't_res'],
		['#/flow?t_module=high', 'high'],
		['#/flow?beside=%E0%A4%A', 'beside'],
		[`#/steer?steer=${ID}=add:1&steer=${ID}=add:2`, ID]
	])('names what it cannot read in %s', (hash, named) => {
		const { problems } = parseAddress(hash);
		expect(problems).toHaveLength(1);
		expect(problems[0]).toContain(named);
	});

	it('puts the default where a value cannot be read', () => {
		const { state } = parseAddress('#/steer?length=1e99&temperature=NaN&steer=x&seed=3&prompt=%');
		expect(state).toEqual({ ...DEFAULTS, view: 'steer', seed: 3 });
	});

	it('bounds what an address can cost', () => {
		const prompt = parseAddress(`#/explore?prompt=${'a'.repeat(300_000)}`);
		expect(prompt.state.prompt).toHaveLength(200_000);
		const beside = parseAddress(`#/flow?beside=${'a'.repeat(300_000)}`);
		expect(beside.state.beside).toHaveLength(200_000);
		expect(beside.problems[0]).toContain('beside');
		const edits = Array.from({ length: 100 }, (_, i) => `steer=blocks.0.hook_mlp_out/${i}=add:1`);
		expect(parseAddress(`#/steer?${edits.join('&')}`).state.steer).toHaveLength(64);
		expect(parseAddress(`#/feature/${'x'.repeat(5000)}`).problems[0]!.length).toBeLessThan(200);
	});
});

describe('formatAddress', () => {
	it('leaves out what is usual', () => {
		expect(formatAddress(DEFAULTS)).toBe('#/explore');
		expect(formatAddress(state({ view: 'feature', id: ID }))).toBe(`#/feature/${ID}`);
		expect(formatAddress(state({ view: 'report', id: ID }))).toBe('#/report');
		expect(formatAddress(state({ view: 'explore', page: 'flow' }))).toBe('#/explore');
	});

	it('keeps feature ids legible', () => {
		const address = formatAddress(state({ steer: [{ id: ID, mode: 'add', value: -6 }] }));
		expect(address).toBe(`#/explore?steer=${ID}%3Dadd:-6`);
	});

	it.each<Partial<AddressState>>([
		{ prompt: '' },
		{ prompt: ' a&b=c?d#e+f%20g/h:i@j\n“ü”🦊 ' },
		{
			view: 'flow',
			id: 'blocks.1.hook_resid_post@wide/0',
			token: 0,
			site: 'blocks.0.hook_resid_pre'
		},
		{ view: 'flow', beside: '', most: 10, tRes: 0, tModule: 1 },
		{ view: 'flow', beside: 'When Mary & John …\n', tRes: 0.37 },
		{ view: 'report', page: 'flow', site: 'blocks.0.hook_mlp_out' },
		{ length: 1, temperature: 0.7, topP: 0.95, seed: 4_294_967_295 },
		{
			view: 'steer',
			steer: [
				{ id: ID, mode: 'scale', value: -1.5 },
				{ id: 'blocks.0.hook_mlp_out/7', mode: 'set', value: 0 },
				{ id: 'blocks.0.hook_mlp_out/8', mode: 'ablate', value: 0 }
			],
			pack: 'default-0123456789ab'
		}
	])('comes back the same: %j', (more) => {
		const there = state(more);
		expect(parseAddress(formatAddress(there))).toEqual({ state: there, problems: [] });
	});
});
