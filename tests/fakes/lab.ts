/** What the laboratory's methods find in a fake engine. */
import type { Handlers } from '../../src/core/calls';
import type { ProbedUnits } from '../../src/core/lab/methods/probes/probes';
import { SELECTORS } from '../../src/core/lab/methods/probes/selectors';
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

	readonly 'lab:map': Handlers<LabCalls>['lab:map'] = ({ sae, epochs }) => {
		this.#begin(sae);
		const all = Array.from({ length: 64 }, (_, i) => i);
		return {
			...{ sae, n: 64, unit: 'features', steps: { done: epochs, of: epochs }, first_ms: 10 },
			...{ x: all.map((i) => i % 8), y: all.map((i) => i >> 3) },
			...{ density: all.map((i) => i / 640), source: all.map((i) => (i % 2 ? 'truth' : null)) },
			preservation: { k: 10, share: 0.4, chance: 10 / 63 },
			lobes: {
				...{ lobes: 2, features: 64, blocks: 90, tokens: 32, of: all.map((i) => i % 2) },
				...{ ami: 0.2, permuted: [0, 0.01], gaussian: [0], p: 0.01 }
			},
			spectrum: { eigenvalues: [3, 2, 1], slope: -0.9, ranks: [1, 3], gaussian: [-0.1] },
			control: { chance: 10 / 63, permuted: 0.01, gaussian: 0, slope: -0.1 }
		};
	};

	readonly 'lab:circles': Handlers<LabCalls>['lab:circles'] = ({ sae, by }) => {
		this.#begin(sae);
		const days = ['Monday', 'Tuesday', 'Friday'];
		const plane = {
			axes: [1, 2] as [number, number],
			...{ x: [1, -0.5, -0.5], y: [0, 0.9, -0.9], token: days }
		};
		const cluster = {
			...{ features: [3, 5], tokens: 90, points: 90, variance: [0.5, 0.3], score: 0.7 },
			common: days.map((token) => ({ token, count: 30 })),
			planes: [{ axes: plane.axes, separability: 0.9, mixture: 0.2 }],
			...{ shuffled: { median: 0.2, most: 0.3, shuffles: 99, p: 0.01 }, found: true, plane },
			round: {
				...{ r: 0.98, p: 0.004, axes: plane.axes },
				words: days.map((word, i) => ({ word, n: 30, angle: 2 * i }))
			}
		};
		const plain = {
			...cluster,
			features: [7, 8],
			score: 0.1,
			shuffled: null,
			found: false,
			round: null
		};
		return {
			...{ sae, by, n: 900, unit: 'tokens', all: 3, small: 1, large: 0, tested: 1 },
			clusters: [cluster, plain],
			control: { random: [0.05, 0.1], chance: 0.02 }
		};
	};

	readonly 'lab:subspaces': Handlers<LabCalls>['lab:subspaces'] = ({ sae }) => {
		this.#begin(sae);
		const site = (kind: string, layer: number, effective: number) => ({
			...{ site: `blocks.${layer}.hook_${kind}`, kind, layer, dimensions: 32, effective },
			...{ for90: 9, for99: 20, first: 0.2, massive: [], without: null },
			halves: [effective - 0.01, effective + 0.01] as [number, number]
		});
		const sites = [0, 1].flatMap((layer) => [
			site('attn', layer, 0.4 + layer / 2),
			site('mlp', layer, 0.8),
			site('resid', layer, 0.9)
		]);
		const massive = { ...sites[5]!, massive: [3], without: { ...sites[5]!, effective: 0.95 } };
		return {
			...{ sae, n: 900, unit: 'tokens', documents: 12, sites: [...sites.slice(0, 5), massive] },
			features: {
				...{ site: sae, dimensions: 32, active: 20, alive: 2, dead: 1 },
				...{ energyAlive: 0.9, energyDead: 0.5, test: { auc: 1, p: 0.2 }, withDensity: 0.3 },
				...{ energy: [0.9, 0.9, 0.5], density: [0.1, 0.2, 0] }
			},
			control: { gaussian: 0.98, random: 0.625 }
		};
	};

	readonly 'lab:depth': Handlers<LabCalls>['lab:depth'] = ({ sae }) => {
		this.#begin(sae);
		const over = (mean: number) => ({
			...{ mean, interval: [mean - 0.05, mean + 0.05] as [number, number], n: 9 }
		});
		const layers = [0, 1].map((depth) => ({
			site: depth === 0 ? 'blocks.0.hook_resid_pre' : 'blocks.0.hook_resid_post',
			...{ depth, text: { entropy: 0.6, rank: 5, curvature: 118 }, shuffled: over(120) },
			corpus: { entropy: over(0.7), curvature: over(117), documents: 0.5 },
			random: { entropy: over(0.72 + depth / 5), curvature: over(120), documents: 0.5 }
		}));
		const feature = { active: 40, r2: [0.2, 0.8], complexity: 0.5, emerges: 1, shuffled: -0.01 };
		return {
			...{ sae, n: 900, unit: 'tokens', tokens: 12, documents: 9, layers },
			features: [3, 5].map((index) => ({ feature: index, ...feature })),
			control: { without: null, shuffled: 0.01 }
		};
	};

	readonly 'lab:retrieve': Handlers<LabCalls>['lab:retrieve'] = (settings) => {
		this.#begin(settings);
		const { sae } = settings;
		const shared = [{ id: `${sae}/3`, adds: 0.4 }];
		return {
			...{ sae, n: 40, unit: 'documents', queries: 40, query_ms: 1, fidelity: 1 },
			results: [{ document: 7, score: 0.6, text: 'A boat on the sea.', shared }],
			query: [{ id: `${sae}/3`, value: 0.7 }],
			recall: [1, 2].map((k) => ({ k, recall: k / 4, shuffled: 0.2 })),
			control: { chance: 10 / 39, shuffled: 0.2 }
		};
	};

	readonly 'lab:probes': Handlers<LabCalls>['lab:probes'] = (settings) => {
		this.#begin(settings);
		const rows = [1, 2].map((k) => ({
			...{ k, f1: 0.4 + k / 10, precision: 0.6, recall: 0.5, mcc: 0.5, f1_train: 0.7 },
			interval: [0.3, 0.8] as [number, number]
		}));
		const probed = (kind: 'feature' | 'neuron', names: string[]): ProbedUnits => ({
			...{ kind, n: 900, shuffled: [0.01, 0.02], p: 0.01 },
			selectors: SELECTORS.map((by) => ({ by, units: names, rows }))
		});
		return {
			...{ sae: settings.sae, n: 900, unit: 'tokens', by: settings.by },
			positives: { train: 30, held: 10 },
			documents: { train: 6, held: 2 },
			features: probed('feature', [`${settings.sae}/3`, `${settings.sae}/5`]),
			neurons: probed('neuron', ['blocks.1.mlp.hook_post[4]', 'blocks.1.mlp.hook_post[7]']),
			control: { always: 0.09, shuffled: 0.02, shuffles: 2 }
		};
	};

	#begin(settings: unknown): void {
		this.asked.push(settings);
		const { failure } = this;
		this.failure = null;
		if (failure) throw failure;
	}
}
