/** An SAE that learns on the GPU and is brought back only to be measured or kept. */
import { adamStep } from '../../../src/core/train/learning-step';
import type { Parameter, SaeState } from '../../../src/core/train/sae-state';
import { LazySession } from '../../runtime/lazy-session';
import { Session, type DeviceTensor, type HostTensor } from '../../runtime/session';
import { after, deviceStep, PARAMETERS, PARTS } from './device-step';
import { averaged, type Learner } from './learner';

const KEPT = [...PARTS, 'silent'];

export class DeviceLearner implements Learner {
	unexplained: number | null = null;
	readonly #plain = this.#sessionOf(false);
	readonly #withAux = this.#sessionOf(true);
	/** By name, since the first step. */
	#parts = new Map<string, DeviceTensor>();
	/** The longest silence of a feature, in tokens. */
	#silence: number;

	constructor(
		readonly state: SaeState,
		readonly patience: number
	) {
		this.#silence = state.silent.reduce((a, b) => Math.max(a, b), 0);
	}

	async step(x: Float32Array, rate: number, signal?: AbortSignal): Promise<boolean> {
		const { state, patience } = this;
		const n = x.length / state.d;
		const lazy = this.#silence + n > patience ? this.#withAux : this.#plain;
		const session = await lazy.get();
		const { size, correction } = adamStep(state.steps + 1, rate);
		const feeds: Record<string, HostTensor | DeviceTensor> = {
			x: { data: x, dims: [n, state.d] },
			size: { data: Float32Array.of(size), dims: [1] },
			correction: { data: Float32Array.of(correction), dims: [1] }
		};
		for (const name of KEPT) feeds[name] = this.#parts.get(name) ?? this.#hostPart(name);
		const fetch = [...KEPT.map(after), 'unexplained', 'most'];
		const { device, data } = await session.run(feeds, fetch, signal);
		const unexplained = (data.unexplained as Float32Array)[0]!;
		const isFinite = Number.isFinite(unexplained);
		for (const name of KEPT) {
			const [stale, kept] = [this.#parts.get(name), device[after(name)]!];
			if (isFinite) this.#parts.set(name, kept);
			(isFinite ? stale : kept)?.dispose();
		}
		if (!isFinite) return false;
		state.steps++;
		this.#silence = (data.most as Float32Array)[0]!;
		this.unexplained = averaged(this.unexplained, unexplained);
		return true;
	}

	async bring(): Promise<void> {
		const { state } = this;
		const session = await this.#plain.get();
		for (const [name, tensor] of this.#parts) {
			const data = await session.read(tensor);
			if (name === 'silent') state.silent.set(data);
			else partOf(state, name).set(data);
		}
	}

	async release(): Promise<void> {
		for (const tensor of this.#parts.values()) tensor.dispose();
		this.#parts.clear();
		await this.#plain.release();
		await this.#withAux.release();
	}

	#hostPart(name: string): HostTensor {
		const { state } = this;
		if (name === 'silent')
			return { data: Float32Array.from(state.silent), dims: [1, state.features] };
		const data = partOf(state, name);
		const rows = name.startsWith('encoder') || name.startsWith('decoder') ? state.features : 1;
		return { data, dims: [rows, data.length / rows] };
	}

	#sessionOf(withAux: boolean): LazySession {
		return new LazySession(() => {
			const { patience, state } = this;
			return Session.create(deviceStep({ ...state, patience, withAux }), {}, KEPT.map(after));
		});
	}
}

function partOf(state: SaeState, name: string): Float32Array {
	const [parameter, part = 'value'] = name.split('.');
	const of = PARAMETERS.find((one) => one === parameter)!;
	return state[of][part as keyof Parameter];
}
