/** What was measured, as `results.json` and as tables. */
import os from 'node:os';

const median = (numbers) => {
	const sorted = [...numbers].sort((a, b) => a - b);
	const half = sorted.length >> 1;
	return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const spread = (numbers) => ({
	median: median(numbers),
	min: Math.min(...numbers),
	max: Math.max(...numbers)
});

export function summary({ backend, model, rounds, tokens, megabits, start, ...decoding }) {
	const { speeds, reads, versions, same, prepared, prompt, longPrompt } = decoding;
	// Rounds are compared with themselves: whatever else the machine did then, it did to both.
	const ratio = (a, b) => median(speeds[a].map((speed, round) => speed / speeds[b][round]));
	return {
		backend,
		model: `${model.name}-${model.hash.slice(0, 12)}`,
		versions,
		threads: 1,
		dtype: 'float32',
		rounds,
		prompt_tokens: prompt,
		tokens,
		machine: `${os.cpus()[0]?.model.trim()}, ${os.cpus().length} threads`,
		load: os.loadavg()[0],
		tokens_per_second: Object.fromEntries(
			Object.entries(speeds).map(([name, values]) => [name, spread(values)])
		),
		ratios: {
			plain_vs_transformersjs: ratio('plain', 'transformersjs'),
			taps_vs_plain: ratio('taps', 'plain'),
			one_sae_vs_plain: ratio('one_sae', 'plain'),
			all_saes_vs_plain: ratio('all_saes', 'plain'),
			steer5_vs_plain: ratio('steer5', 'plain'),
			steer5_read_vs_plain: ratio('steer5_read', 'plain'),
			steer5_add_vs_plain: ratio('steer5_add', 'plain')
		},
		same_tokens: same,
		saes: prepared.saes,
		one_sae: prepared.sae,
		steer5: prepared.edits.map(({ id, mode, value }) => `${id}=${mode}:${value}`),
		read: {
			tokens: longPrompt,
			model_ms: spread(reads.map((read) => read.model)),
			all_saes_ms: spread(reads.map((read) => read.all))
		},
		start: start && startOf(start, megabits)
	};
}

function startOf({ cold, warm }, megabits) {
	const visit = ({ ms, bytes, bytesInAll, requests }) => ({
		first_features_ms: ms,
		bytes_to_first_features: bytes,
		bytes_in_all: bytesInAll,
		requests: requests.length
	});
	return {
		megabits_per_second: megabits,
		cold: visit(cold),
		warm: { ...visit(warm), paths: warm.requests },
		warm_vs_cold: warm.ms / cold.ms
	};
}

const WHAT = {
	transformersjs: 'transformers.js, greedy generate()',
	plain: 'the engine, nothing read',
	taps: 'every site of every layer read',
	one_sae: 'one residual SAE encoded',
	all_saes: 'all SAEs encoded',
	steer5: '5 features steered, 2 of them set: SAE in the graph',
	steer5_read: 'the same, and its codes read',
	steer5_add: '5 features added, the SAE encoded'
};

export function printTables(results) {
	const { versions, tokens_per_second: speeds, ratios, read, start } = results;
	const lines = [
		'',
		`${results.model}, ${results.backend}, float32, 1 thread; ${results.machine}`,
		`onnxruntime-web ${versions.onnxruntime_web}; transformers.js ${versions.transformersjs} with onnxruntime-web ${versions.transformersjs_onnxruntime_web}; Chromium ${versions.chromium}`,
		`${results.rounds} rounds in turns, ${results.tokens} tokens after a prompt of ${results.prompt_tokens}; same greedy tokens: ${results.same_tokens ? 'yes' : 'NO'}`,
		'',
		row('tokens per second', 'median', 'min', 'max', 'vs plain', ''),
		...Object.entries(speeds).map(([name, speed]) =>
			row(
				name,
				...['median', 'min', 'max'].map((key) => speed[key].toFixed(1)),
				ratios[`${name}_vs_plain`]?.toFixed(2) ?? '',
				WHAT[name]
			)
		),
		'',
		`plain against transformers.js: ${ratios.plain_vs_transformersjs.toFixed(2)} times`,
		`prompt of ${read.tokens} tokens: ${read.model_ms.median.toFixed(0)} ms by the model, ${read.all_saes_ms.median.toFixed(0)} ms with all ${results.saes} SAEs`
	];
	if (start)
		for (const name of ['cold', 'warm']) {
			const visit = start[name];
			lines.push(
				`${name} start at ${start.megabits_per_second} Mbit/s: ${(visit.first_features_ms / 1000).toFixed(2)} s and ${megabytes(visit.bytes_to_first_features)} to the first features, ${megabytes(visit.bytes_in_all)} in all`
			);
		}
	process.stdout.write(`${[...lines, ...others(results)].join('\n')}\n`);
}

/** Lines of what other programs measured, as far as they did. */
function others({ threads, panning, matching, learning, large }) {
	const lines = [];
	if (threads) {
		const { two_vs_one: ratios, load } = threads;
		const each = Object.entries(ratios).map(([work, { median }]) => `${work} ${median.toFixed(2)}`);
		lines.push(`two threads against one: ${each.join(', ')} times (load ${load.join(' to ')})`);
	}
	if (panning)
		lines.push(
			`a frame of a graph of ${panning.nodes} nodes and ${panning.edges} edges, 95th percentile: ${panning.pan.ms.p95} ms while it is moved, ${panning.zoom.ms.p95} ms while zoomed`
		);
	if (matching) {
		const { pair, one_feature: one } = matching;
		const beside = pair.ratio.median ? `${pair.ratio.median} times PyTorch` : 'PyTorch not found';
		lines.push(
			`matching two dictionaries: ${pair.wasm_ms.median} ms (${beside}); one feature against ${one.dictionaries}: ${one.ms.median} ms`
		);
	}
	if (learning) {
		const { ratio, tokens_per_second: speed } = learning;
		const beside = ratio.median ? `${ratio.median} times PyTorch's time` : 'PyTorch not found';
		lines.push(`an SAE learns from ${speed} tokens a second (${beside})`);
	}
	if (large) {
		const { model, with_sae: both } = large.peak_over_model;
		lines.push(
			`a model of ${megabytes(large.model_bytes)} from storage: ${(large.first_features_ms / 1000).toFixed(1)} s to the first features, peak ${model.toFixed(2)} times its size alone, ${both.toFixed(2)} with an SAE`
		);
	}
	return lines;
}

const megabytes = (bytes) => (bytes === 0 ? '0 bytes' : `${(bytes / 1e6).toFixed(2)} MB`);

const row = (name, median, min, max, ratio, what) =>
	[name.padEnd(18), ...[median, min, max, ratio].map((text) => text.padStart(9)), '  ', what]
		.join('')
		.trimEnd();
