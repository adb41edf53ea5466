/** Decoding in one browser: transformers.js and the engine, each in a worker of its own, in turns. */
import { chromium } from 'playwright-core';
import { TEXT } from './text.mjs';

const PROMPT = 32;
const LONG_PROMPT = 128;

export async function measureDecoding({ base, backend, browser: options, rounds, tokens, say }) {
	const browser = await chromium.launch(options);
	try {
		const page = await browser.newPage();
		await page.goto(base);
		const peer = await worker(page, 'peer');
		const engine = await worker(page, 'engine');
		say('Loading both engines …');
		const theirs = await peer('open', { base, backend });
		const ours = await engine('open', { base, backend });
		const prompt = await engine('tokens', { text: TEXT, count: PROMPT });
		const long = await engine('tokens', { text: TEXT, count: LONG_PROMPT });
		const prepared = await engine('prepare', { prompt });

		const runs = {
			transformersjs: (n) => peer('decode', { prompt, tokens: n }),
			...Object.fromEntries(
				prepared.works.map((work) => [work, (n) => engine('decode', { work, prompt, tokens: n })])
			)
		};
		const names = Object.keys(runs);
		const speeds = Object.fromEntries(names.map((name) => [name, []]));
		const active = {};
		const reads = [];
		say('Warming up …');
		for (const name of names) await runs[name](8);
		await engine('read', { prompt: long });
		let same = true;
		for (let round = 0; round < rounds; round++) {
			const ids = {};
			// Another one first in each round.
			for (let i = 0; i < names.length; i++) {
				const name = names[(i + round) % names.length];
				const run = await runs[name](tokens);
				speeds[name].push(run.perSecond);
				ids[name] = run.ids;
				active[name] = run.active;
			}
			same &&= ['plain', 'taps', 'one_sae', 'all_saes'].every(
				(name) => ids[name].join() === ids.transformersjs.join()
			);
			reads.push(await engine('read', { prompt: long }));
			say(`Round ${round + 1} of ${rounds} done.`);
		}
		return {
			versions: {
				onnxruntime_web: ours.versions.onnxruntime,
				transformersjs: theirs.versions.transformersjs,
				transformersjs_onnxruntime_web: theirs.versions.onnxruntime,
				chromium: browser.version(),
				node: process.versions.node
			},
			speeds,
			reads,
			same,
			prepared,
			active,
			prompt: PROMPT,
			longPrompt: LONG_PROMPT
		};
	} finally {
		await browser.close();
	}
}

/** A worker in the page, called by name, one call at a time. */
export async function worker(page, name) {
	const handle = await page.evaluateHandle(
		(file) => new Worker(`./${file}.js`, { type: 'module', name: file }),
		name
	);
	return (method, argument) =>
		handle.evaluate(
			(target, message) =>
				new Promise((resolve, reject) => {
					target.onmessage = ({ data }) =>
						'error' in data ? reject(new Error(data.error)) : resolve(data.value);
					target.onerror = (event) => reject(new Error(event.message || 'The worker failed.'));
					target.postMessage(message);
				}),
			{ method, argument }
		);
}
