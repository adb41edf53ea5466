/** What the laboratory's methods find in a fake engine. */
import type { Handlers } from '../../src/core/calls';
import type { LabCalls } from '../../src/core/lab/methods';

export class FakeLab implements Handlers<LabCalls> {
	/** What the methods were asked, in order. */
	readonly asked: unknown[] = [];
	/** What the next method fails with. */
	failure: Error | null = null;
	/** Methods wait for it once they have shown a part. */
	gate: Promise<void> = Promise.resolve();

	readonly 'lab:k-knob': Handlers<LabCalls>['lab:k-knob'] = async (settings, { part, signal }) => {
		this.#begin(settings);
		const ks = [1, 2, 4, 6];
		const rows = ks.map((k) => ({ k, l0: k, fvu: 1 / (1 + k), ce: 2 + 1 / k }));
		const control = ks.map((k) => ({ k, l0: k, fvu: 2 / (2 + k), ce: 3 + 1 / k }));
		const base = { sae: settings.sae, n: 12, unit: 'tokens', ce_clean: 2, ce_zero: 8 };
		part({ ...base, rows: rows.slice(0, 1), control: control.slice(0, 1) });
		await this.gate;
		signal.throwIfAborted();
		return { ...base, rows, control };
	};

	#begin(settings: unknown): void {
		this.asked.push(settings);
		const { failure } = this;
		this.failure = null;
		if (failure) throw failure;
	}
}
