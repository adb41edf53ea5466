import { expect, it } from 'vitest';
import type { Edit } from '../../../../src/core/steering/writing';
import { noDifference } from '../../../../src/views/steer/no-difference';

const ID = 'blocks.3.hook_resid_post/442';
const edit = (mode: Edit['mode'], id = ID): Edit => ({
	id,
	mode,
	value: mode === 'ablate' ? 0 : 2
});

it('advises a stronger value only where there is one', () => {
	for (const fires of [true, false, null]) {
		expect(noDifference([edit('add')], () => fires)).toContain('Try a stronger value.');
		expect(noDifference([edit('ablate'), edit('set')], () => fires)).toContain('stronger');
		expect(noDifference([edit('ablate')], () => fires)).not.toContain('stronger value');
	}
});

it('says that a feature is silent only where that is known of all', () => {
	expect(noDifference([edit('ablate')], () => false)).toContain('R3 · 442 is silent on this text');
	expect(noDifference([edit('scale')], () => false)).toContain('add it instead');
	expect(noDifference([edit('ablate')], () => null)).not.toContain('silent');
	const two = [edit('ablate'), edit('ablate', 'blocks.2.hook_resid_post/7')];
	expect(noDifference(two, () => false)).toContain('R3 · 442 and R2 · 7 are silent');
	expect(noDifference(two, (id) => id === ID)).not.toContain('silent');
});
