import { describe, expect, it } from 'vitest';
import { addressOf, CATALOGUE } from '../../../../src/core/import/catalogue';
import { describeAddress, parseRemoteAddress } from '../../../../src/core/import/remote-address';

const places = CATALOGUE.flatMap(({ model, saes }) => [model, saes]);

describe('the catalogue', () => {
	it.each(places.map((place) => [addressOf(place), place] as const))(
		'can be opened: %s',
		(address, place) => {
			const parsed = parseRemoteAddress(address);
			expect(parsed).toMatchObject({
				kind: 'hub',
				id: place.id,
				path: place.path,
				revision: place.revision,
				certain: true
			});
			expect(describeAddress(parsed)).toContain(place.id);
		}
	);

	it('names commits in full, sizes, and papers by their address', () => {
		for (const { revision, bytes } of places) {
			expect(revision ?? '0'.repeat(40)).toMatch(/^[0-9a-f]{40}$/);
			expect(bytes).toBeGreaterThan(1e6);
		}
		for (const { saes, paper } of CATALOGUE) {
			expect(saes.features).toBeGreaterThan(1000);
			if (paper) expect(new URL(paper).protocol).toBe('https:');
		}
	});

	it('has each title once, and the models that people ask for', () => {
		const titles = CATALOGUE.map(({ title }) => title);
		expect(new Set(titles).size).toBe(titles.length);
		for (const model of [
			'GPT-2',
			'Pythia 70M',
			'SmolLM2',
			'Gemma 2',
			'Gemma 3 270M',
			'Llama 3.2',
			'Qwen'
		])
			expect(titles.some((title) => title.startsWith(model))).toBe(true);
	});
});
