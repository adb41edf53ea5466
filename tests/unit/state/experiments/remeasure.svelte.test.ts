import { describe, expect, it, vi } from 'vitest';
import { Problem } from '../../../../src/core/names/errors';
import { Remeasurement } from '../../../../src/state/experiments/remeasure.svelte';
import { FakeEngine } from '../../../fakes/engine';

const engine = (pace = 10) => new FakeEngine({ layers: 2, k: 4, dSae: 64, rich: true, pace });
const asked = ({ log }: FakeEngine) => log.filter((call) => call === 'remeasure').length;

describe('Remeasurement', () => {
	it('tells how far it is, then what it found', async () => {
		const again = new Remeasurement(engine().calls);
		expect([again.busy, again.share]).toEqual([false, null]);
		const done = again.start();
		expect([again.busy, again.found]).toEqual([true, null]);
		await vi.waitFor(() => expect(again.share).toBeGreaterThan(0.5), {
			interval: 2,
			timeout: 10_000
		});
		expect([again.busy, again.found]).toEqual([true, null]);
		await done;
		expect(again.busy).toBe(false);
		expect(again.error).toBeNull();
		expect(again.found!.saes).toHaveLength(7);
		expect(again.found!.worst).toBeCloseTo(2e-6, 9);
	});

	it('does one thing at a time', async () => {
		const fake = engine();
		const again = new Remeasurement(fake.calls);
		await Promise.all([again.start(), again.start()]);
		expect(asked(fake)).toBe(1);
	});

	it('keeps what it found while it is stopped, and begins anew at once', async () => {
		const fake = engine();
		const again = new Remeasurement(fake.calls);
		await again.start();
		const before = again.found;
		const stopped = again.start();
		again.stop();
		expect([again.busy, again.found]).toEqual([false, before]);
		const next = again.start();
		await stopped;
		expect(again.busy).toBe(true);
		await next;
		expect([again.busy, again.error, asked(fake)]).toEqual([false, null, 3]);
		expect(again.found).not.toBe(before);
	});

	it('says what went wrong, and forgets it at the next try', async () => {
		const fake = engine();
		const again = new Remeasurement(fake.calls);
		const problem = new Problem('worker-lost', 'The engine stopped.', 'Try again.');
		vi.spyOn(fake, 'remeasure').mockRejectedValueOnce(problem);
		await again.start();
		expect([again.busy, again.error]).toEqual([false, problem]);
		await again.start();
		expect(again.error).toBeNull();
		expect(again.found).not.toBeNull();
	});
});
