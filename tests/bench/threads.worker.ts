/** The engine on a given number of threads: the four kinds of work that take a reader's time, each timed once a call. */
import { seeded } from '../../src/core/math/random';
import { residPost, tapOf } from '../../src/core/names/site';
import { parsePack } from '../../src/core/packs/manifest';
import { Workbench } from '../../workers/packs/open-pack';
import { TimedThreads, speedup } from '../../workers/runtime/timed-threads';
import { startRuntime } from '../../workers/runtime/session';
import type { Sae } from '../../workers/sae/sae';
import { answer } from './answers';
import { Served } from './served';

const PROMPT = 128;
/** As statistics read a corpus: rows of one length, to the middle of the model. */
const WALK = { rows: 8, length: 128 };
const ENCODED = 512;

let bench: Workbench;
let sae: Sae;
let helpers: TimedThreads | null = null;

const now = () => performance.now();

answer({
	async open({ base, threads }: { base: string; threads: number }) {
		await startRuntime(null, threads);
		if (threads > 1) helpers = await TimedThreads.start(threads - 1);
		const json = await (await fetch(`${base}pack/pack.json`)).json();
		bench = await Workbench.open(new Served(`${base}pack/`, parsePack(json)), false);
		const saes = [...(await bench.saes(bench.saeIds.slice(-1))).values()];
		sae = saes[0]!;
		return { isolated: crossOriginIsolated, helpers: helpers !== null };
	},

	/** Milliseconds a token, after a prompt of eight. Gives the tokens as well: they must not depend on the threads. */
	async decode({ tokens }: { tokens: number }) {
		const cache = bench.model.begin();
		let { logits } = await bench.model.read(cache, ids(8), []);
		const start = now();
		const made: number[] = [];
		for (let i = 0; i < tokens; i++) {
			made.push(logits.indexOf(logits.reduce((a, b) => Math.max(a, b))));
			({ logits } = await bench.model.read(cache, made.slice(-1), []));
		}
		const ms = (now() - start) / tokens;
		bench.model.forget(cache);
		return { ms, made };
	},

	async prefill() {
		const start = now();
		await bench.model.readOnce(ids(PROMPT), []);
		return { ms: now() - start };
	},

	async walk() {
		const rows = Array.from({ length: WALK.rows }, (_, i) => ids(WALK.length, i));
		const middle = residPost(Math.floor((bench.model.shape.layers - 1) / 2));
		const start = now();
		await bench.model.texts(rows, [middle]);
		return { ms: now() - start };
	},

	async encode() {
		const uniform = seeded(5);
		const x = Float32Array.from({ length: ENCODED * sae.spec.dIn }, () => uniform() - 0.5);
		const start = now();
		await sae.encode(x);
		return { ms: now() - start, site: tapOf(sae.info.site) };
	},

	/** What the engine would measure now: how many times faster two threads are than one. */
	async speedup() {
		await new Promise((resolve) => setTimeout(resolve, 6));
		return (
			helpers &&
			speedup(
				2,
				Array.from({ length: 16 }, () => helpers!.time(2))
			)
		);
	}
});

/** Ids of a text that need not mean anything. */
function ids(count: number, seed = 0): number[] {
	const uniform = seeded(seed + 1);
	const { vocabSize } = bench.model.shape;
	return Array.from({ length: count }, () => Math.floor(uniform() * vocabSize));
}
