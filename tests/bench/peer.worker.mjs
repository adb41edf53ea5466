/** transformers.js at work, as its documentation says a causal model is run. */
import { AutoModelForCausalLM, env, Tensor } from '@huggingface/transformers';
import { answer } from './answers';

let model;

answer({
	/** Loads the exported model from the benchmark's own server. */
	async open({ base, backend }) {
		env.allowRemoteModels = false;
		env.allowLocalModels = true;
		env.localModelPath = base;
		env.useBrowserCache = false;
		env.useWasmCache = false;
		Object.assign(env.backends.onnx.wasm, {
			wasmPaths: {
				mjs: `${base}ort/ort-wasm-simd-threaded.asyncify.mjs`,
				wasm: `${base}ort/ort-wasm-simd-threaded.asyncify.wasm`
			},
			numThreads: 1,
			proxy: false
		});
		model = await AutoModelForCausalLM.from_pretrained('peer', { dtype: 'fp32', device: backend });
		return {
			versions: { transformersjs: env.version, onnxruntime: env.backends.onnx.versions.web }
		};
	},

	/** Greedy decoding; the time runs from the first new token to the last. */
	async decode({ prompt, tokens }) {
		const ids = BigInt64Array.from(prompt, BigInt);
		const times = [];
		const made = await model.generate({
			input_ids: new Tensor('int64', ids, [1, prompt.length]),
			attention_mask: new Tensor(
				'int64',
				ids.map(() => 1n),
				[1, prompt.length]
			),
			max_new_tokens: tokens,
			do_sample: false,
			streamer: { put: () => times.push(performance.now()), end: () => undefined }
		});
		// The first `put` brings the prompt.
		const seconds = (times.at(-1) - times[1]) / 1000;
		const written = Array.from(made.data.subarray(prompt.length), Number);
		return { ids: written, perSecond: (written.length - 1) / seconds };
	}
});
