/** The engine at work, without the page: what `write` does, with more or less read at each step. */
import type { Edit } from '../../src/core/steering/writing';
import { parsePack } from '../../src/core/packs/manifest';
import { seeded } from '../../src/core/math/random';
import { sample } from '../../src/core/math/sampling';
import { featureId, residPost, tapOf } from '../../src/core/names/site';
import { chooseDevice } from '../../workers/runtime/device';
import { Graph } from '../../workers/graph/graph';
import type { Steering } from '../../workers/model/language-model';
import type { Sae } from '../../workers/sae/sae';
import { breathe, Session, startRuntime } from '../../workers/runtime/session';
import { steeringOf } from '../../workers/steering/steering';
import { Workbench } from '../../workers/packs/open-pack';
import { answer } from './answers';
import { Served } from './served';

/** As in `workers/steering/write.ts`. */
const BREATH_MS = 12;

interface Work {
	/** Read at each step. */
	sites: string[];
	/** Encoded at each step. */
	saes: Sae[];
	steering: Steering | null;
}

let bench: Workbench;
let works: Record<string, Work>;

answer({
	/** Opens the pack, loads every SAE, prepares each kind of work. */
	async open({ base, backend }: { base: string; backend: 'wasm' | 'webgpu' }) {
		const { device } = await chooseDevice(backend);
		await startRuntime(device);
		const json = await (await fetch(`${base}pack/pack.json`)).json();
		const wide = device !== null && !device.features.has('shader-f16');
		bench = await Workbench.open(new Served(`${base}pack/`, parsePack(json)), wide);
		return { versions: { onnxruntime: await version() }, title: bench.pack.title };
	},

	/** Ids of the first `count` tokens of a text. */
	tokens({ text, count }: { text: string; count: number }) {
		const ids = bench.tokenizer.encode(text).map((t) => t.id);
		if (ids.length < count) throw new Error(`The benchmark's text has only ${ids.length} tokens.`);
		return ids.slice(0, count);
	},

	async prepare({ prompt }: { prompt: number[] }) {
		const saes = [...(await bench.saes(bench.saeIds)).values()];
		const middle = residPost(Math.floor((bench.model.shape.layers - 1) / 2));
		const one = saes.find((sae) => sae.info.site === middle);
		if (!one) throw new Error(`The pack has no SAE at ${middle}.`);
		const edits = await editsOf(one, prompt);
		const adds: Edit[] = edits.map((e) => ({ ...e, mode: 'add', value: 1 }));
		const steering = (some: Edit[]) => steeringOf(some, new Map([[one.id, one]]));
		const tapOne = { sites: [tapOf(one.info.site)], saes: [one] };
		works = {
			plain: { sites: [], saes: [], steering: null },
			taps: { sites: bench.model.sites, saes: [], steering: null },
			one_sae: { ...tapOne, steering: null },
			all_saes: { sites: saes.map((sae) => tapOf(sae.info.site)), saes, steering: null },
			steer5: { sites: [], saes: [], steering: steering(edits) },
			steer5_read: { ...tapOne, steering: steering(edits) },
			steer5_add: { ...tapOne, steering: steering(adds) }
		};
		return { sae: one.id, saes: saes.length, edits, works: Object.keys(works) };
	},

	/** Greedy decoding; the time runs from the first new token to the last. */
	async decode({ work, prompt, tokens }: { work: string; prompt: number[]; tokens: number }) {
		const { sites, saes, steering } = works[work]!;
		const uniform = seeded(0);
		const cache = bench.model.begin(steering);
		const ids: number[] = [];
		let { logits } = await bench.model.read(cache, prompt, sites);
		let start = 0;
		let breath = performance.now();
		let active = 0;
		for (;;) {
			ids.push(sample(logits, { temperature: 0, topP: 1 }, uniform));
			if (ids.length === 1) start = performance.now();
			if (ids.length === tokens) break;
			const step = await bench.model.read(cache, ids.slice(-1), sites);
			({ logits } = step);
			for (const sae of saes)
				active += (await sae.encode(step.taps.get(tapOf(sae.info.site))!)).features.length;
			if (performance.now() - breath > BREATH_MS) {
				await breathe();
				breath = performance.now();
			}
		}
		const seconds = (performance.now() - start) / 1000;
		bench.model.forget(cache);
		return { ids, perSecond: (tokens - 1) / seconds, active: active / (tokens - 1) };
	},

	/** Milliseconds to read a prompt with the model, and with every SAE too. */
	async read({ prompt }: { prompt: number[] }) {
		const start = performance.now();
		const cache = bench.model.begin();
		const { taps } = await bench.model.read(cache, prompt, bench.model.sites);
		const model = performance.now() - start;
		for (const sae of works.all_saes!.saes) {
			await sae.read(taps);
			await breathe();
		}
		bench.model.forget(cache);
		return { model, all: performance.now() - start };
	}
});

/** Edits of the five features strongest after the prompt: three added to, two set. */
async function editsOf(sae: Sae, prompt: number[]): Promise<Edit[]> {
	const cache = bench.model.begin();
	const site = tapOf(sae.info.site);
	const { taps } = await bench.model.read(cache, prompt, [site]);
	bench.model.forget(cache);
	const codes = await sae.encode(taps.get(site)!.slice(-bench.model.shape.dModel));
	const modes = ['add', 'set', 'add', 'set', 'add'] as const;
	return modes.map((mode, i) => ({
		id: featureId(sae.id, codes.features[i]!),
		mode,
		value: mode === 'set' ? codes.activations[i]! : 1.5
	}));
}

/** The version of onnxruntime-web behind the engine. */
async function version(): Promise<string> {
	const graph = new Graph();
	graph.output('y', graph.input('x', 'float32', [1]), 'float32', [1]);
	const session = await Session.create(graph.finish(), {});
	await session.release();
	return session.ort.env.versions.web ?? 'unknown';
}
