import { describe, expect, it } from 'vitest';
import { askedBefore } from '../../../../src/state/page/query';
import { whyOneThread, type Surroundings } from '../../../../src/state/page/isolation';

describe('what stands before the hash', () => {
	it('forces a backend and a number of threads', () => {
		expect(askedBefore('?backend=wasm&threads=2')).toEqual({
			backend: 'wasm',
			threads: 2,
			embed: null,
			problems: []
		});
		expect(askedBefore('')).toEqual({
			...{ backend: null, threads: null, embed: null, problems: [] }
		});
	});

	it.each(['0', '17', '-1', '2.5', '1e1', '', 'many', '2'.repeat(400)])(
		'takes threads=%s for no number, and says so in a short sentence',
		(threads) => {
			const asked = askedBefore(`?threads=${threads}`);
			expect(asked.threads).toBeNull();
			expect(asked.problems).toHaveLength(1);
			expect(asked.problems[0]).toMatch(/a whole number from 1 to 16, so the page chose\.$/);
			expect(asked.problems[0]!.length).toBeLessThan(140);
		}
	);

	it('names every word that it cannot follow', () => {
		expect(askedBefore('?backend=cuda&threads=all').problems).toHaveLength(2);
	});
});

describe('why there is one thread', () => {
	const plain: Surroundings = {
		isolated: false,
		framed: false,
		secure: true,
		serviceWorker: 'answered'
	};
	it.each([
		[{ isolated: true, framed: true }, null],
		[{ framed: true, serviceWorker: 'possible' }, /inside another page/],
		[{ secure: false, serviceWorker: 'none' }, /over https/],
		[{ serviceWorker: 'possible' }, /first visit/],
		[{ serviceWorker: 'none' }, /no service worker/],
		[{}, /does not isolate/]
	] as [Partial<Surroundings>, RegExp | null][])('%o', (some, said) => {
		const why = whyOneThread({ ...plain, ...some });
		if (said) expect(why).toMatch(said);
		else expect(why).toBeNull();
	});
});
