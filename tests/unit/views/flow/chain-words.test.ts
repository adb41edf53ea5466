import { describe, expect, it } from 'vitest';
import type { FlowEvent } from '../../../../src/core/flow/events';
import { attnOut, EMBEDDING, mlpOut, residPost } from '../../../../src/core/names/site';
import { chainInWords } from '../../../../src/views/flow/chain-words';

const at = (layer: number) => ({ id: `${residPost(layer)}/1`, site: residPost(layer), layer });
const link = (from: string, to: number, counts = true) => ({
	from: `${from}/1`,
	to: `${residPost(to)}/1`,
	counts,
	cosine: 0.3
});
const events = (...some: [number, FlowEvent][]) =>
	new Map(some.map(([layer, event]) => [at(layer).id, [event]]));

describe('the story of a chain', () => {
	it('says where it is born, what writes to it, and that it is still there', () => {
		const links = [
			link(attnOut(1), 1),
			link(attnOut(2), 2),
			link(attnOut(3), 3),
			link(attnOut(4), 4),
			link(mlpOut(2), 2),
			link(mlpOut(4), 4),
			link(mlpOut(3), 3, false)
		];
		expect(chainInWords([1, 2, 3, 4].map(at), links, events([1, 'birth']), 5)).toBe(
			'Born in layer 1, written by attention. Changed by attention in layers 2 to 4, and by MLP in layers 2 and 4. Still there after the last layer.'
		);
	});

	it('says that it ends, and when nothing writes to it', () => {
		expect(chainInWords([1, 2].map(at), [], events([1, 'birth'], [2, 'end']), 6)).toBe(
			'Born in layer 1, with no match before it. A similar direction exists in 1 layer. Ends after layer 2.'
		);
	});

	it('does not say that what ended on the way is still there', () => {
		expect(
			chainInWords([1, 2, 3, 4].map(at), [], events([1, 'birth'], [2, 'end'], [3, 'birth']), 5)
		).toBe(
			'Born in layer 1, with no match before it. A similar direction exists in 3 layers. Ends after layer 2; weaker matches go on to layer 4.'
		);
	});

	it('says how similar the directions are that go on', () => {
		const links = [0.331, 0.368].map((cosine, i) => ({ ...link(residPost(i + 1), i + 2), cosine }));
		expect(chainInWords([1, 2, 3].map(at), links, events([1, 'birth']), 4)).toContain(
			'A similar direction exists in 2 layers (cosine 0.33–0.37).'
		);
		expect(chainInWords([1, 2].map(at), links, events([1, 'birth']), 4)).toContain(
			'A similar direction exists in 1 layer (cosine 0.33).'
		);
	});

	it('claims no birth where nobody looked, and no end', () => {
		expect(chainInWords([at(3)], [], new Map(), 6)).toBe(
			'Followed from layer 3; nothing is known of earlier layers.'
		);
		const embedded = { id: `${EMBEDDING}/4`, site: EMBEDDING, layer: 0 };
		expect(chainInWords([embedded, at(0)], [link(mlpOut(0), 0)], new Map(), 6)).toBe(
			'Comes from the embedding. Changed by MLP in layer 0.'
		);
		expect(chainInWords([], [], new Map(), 6)).toBe('');
	});
});
