import { describe, expect, it } from 'vitest';
import { embedAddress, embedCode, embedHash, wholeAddress } from '../../../../src/state/page/embed';
import { askedBefore } from '../../../../src/state/page/query';

describe('a panel alone', () => {
	const link = 'https://a.org/explorer/?threads=1#/feature/blocks.3.hook_resid_post/5?prompt=sea';

	it('is asked for before the hash', () => {
		expect(askedBefore('?embed=flow').embed).toBe('flow');
		expect(askedBefore('').embed).toBeNull();
		const { embed, problems } = askedBefore('?embed=report');
		expect(embed).toBeNull();
		expect(problems[0]).toMatch(/not one of feature, flow, steer, so the whole page is shown\.$/);
	});

	it('has an address, and so has the page around it', () => {
		const embedded = embedAddress(link, 'feature');
		expect(embedded).toContain('?threads=1&embed=feature#/feature/blocks.3.hook_resid_post/5?');
		expect(wholeAddress(embedded, '#/steer')).toBe('https://a.org/explorer/?threads=1#/steer');
	});

	it('is shown whatever view the hash names', () => {
		expect(embedHash('#/explore?prompt=sea', 'steer')).toBe('#/steer?prompt=sea');
		expect(embedHash('', 'flow')).toBe('#/flow');
	});

	it('is written as HTML that nothing in the link or the title breaks out of', () => {
		const code = embedCode('https://a.org/?a="><script>&b', 'A "title" <b>');
		expect(code.match(/</g)).toHaveLength(2);
		expect(code).toContain('title="A &quot;title&quot; &lt;b>"');
		expect(code).toContain('src="https://a.org/?a=&quot;>&lt;script>&amp;b"');
	});
});
