/** Which form of a pack's weights runs on a GPU, given what its self-test and the clock say. */
import { expect, it } from 'vitest';
import { inBestForm } from '../../../../workers/packs/weights-form';

/** Opens something that has blocks or not, and passes or fails, as the test says; notes what happened to it. */
function opener({ hasBlocks = true, ok = { blocks: true, wide: true }, refuses = false } = {}) {
	const log: string[] = [];
	const open = (asBlocks: boolean) => {
		const form = asBlocks ? 'blocks' : 'wide';
		log.push(`open ${form}`);
		if (asBlocks && refuses) return Promise.reject(new Error('no such operator'));
		const test = { ok: ok[form], worst: 0, checks: 1, sentence: '' };
		const release = async () => void log.push(`release ${form}`);
		return Promise.resolve({
			test,
			bench: { model: { weights: { hasBlocks: asBlocks && hasBlocks } }, release }
		});
	};
	return { open, log };
}

const slower = (is: boolean) => () => Promise.resolve(is);

it('keeps blocks that are right and not slower, and says so', async () => {
	const { open, log } = opener();
	const { says, bench } = await inBestForm(open, slower(false));
	expect(says).toBe('Its weights run in blocks, as they are stored.');
	expect(bench.model.weights.hasBlocks).toBe(true);
	expect(log).toEqual(['open blocks']);
});

it.each([
	['fail the self-test', { ok: { blocks: false, wide: true } }, false],
	['fail the self-test', { refuses: true }, false],
	['run slower', {}, true]
])('widens where they %s, and says so', async (why, how, isSlower) => {
	const { open, log } = opener(how);
	const { says, test, bench } = await inBestForm(open, slower(isSlower));
	expect(says).toBe(`Its weights are widened to float32: in blocks they ${why}.`);
	expect(test.ok).toBe(true);
	expect(bench.model.weights.hasBlocks).toBe(false);
	expect(log.filter((line) => line !== 'release blocks')).toEqual(['open blocks', 'open wide']);
	expect(log.includes('release blocks')).toBe(!('refuses' in how));
});

it('says nothing of blocks where there are none, and passes on what the self-test found', async () => {
	const { open, log } = opener({ hasBlocks: false, ok: { blocks: false, wide: false } });
	const { says, test } = await inBestForm(open, () => Promise.reject(new Error('not asked')));
	expect([says, test.ok, log]).toEqual(['', false, ['open blocks']]);
});

it('does not try again when somebody changed their mind', async () => {
	const stop = new DOMException('Stopped.', 'AbortError');
	await expect(inBestForm(() => Promise.reject(stop), slower(false))).rejects.toBe(stop);
});
