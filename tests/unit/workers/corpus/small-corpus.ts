/** A text of 90 documents, and the SAEs of the fixture that read it. */
export const SAES = ['blocks.1.hook_attn_out', 'blocks.1.hook_resid_post'];
const WORDS = 'the old clockmaker mended brass keys because a bell had rung twice near seven'.split(
	' '
);
export const TEXT = Array.from({ length: 90 }, (_, i) =>
	Array.from(
		{ length: 20 + (i % 30) },
		(_, w) => WORDS[(i * 7 + w * w + 3 * w) % WORDS.length]
	).join(' ')
).join('\n<|endoftext|>\n');
