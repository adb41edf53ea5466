/** The words of SAELens' `cfg.json`, of all its versions up to 6.54 (`sae_lens/config.py`, `sae_lens/saes/*.py`). */
import type { ConfigWords } from '../../../src/core/files/config-words';

/** How the model that an SAE was trained on was loaded: arguments of TransformerLens' or Hugging Face's loader. */
export const LOADED = 'model_from_pretrained_kwargs';
const loaded = (...words: string[]) => words.map((word) => `${LOADED}.${word}`);
const OTHER_MODEL =
	'it was trained on a certain state of its model, and has other numbers on any other';

export const SAE_LENS_WORDS: ConfigWords = {
	// What is said of the model moved there in version 6.
	sections: ['metadata'],
	used: [
		...['architecture', 'd_in', 'd_sae', 'k', 'kron_h', 'kron_m', 'kron_n'],
		...['hook_name', 'hook_point', 'hook_name_out', 'model_class_name'],
		...['hook_head_index', 'hook_point_head_index'],
		...['activation_fn', 'activation_fn_str', 'activation_fn_kwargs.k'],
		...['apply_b_dec_to_input', 'normalize_activations', 'norm_scaling_factor'],
		...['rescale_acts_by_decoder_norm', 'finetuning_scaling_factor'],
		...loaded('center_writing_weights', 'fold_value_biases')
	],
	only: {
		reshape_activations: ['none', 'hook_z'],
		[`${LOADED}.refactor_factored_attn_matrices`]: [false]
	},
	named: {
		context_size: 'it was trained on contexts of {} tokens (context_size), and saw no later ones.',
		seqpos_slice: 'it was trained on some positions of its contexts alone (seqpos_slice: {}).',
		prepend_bos:
			'it was trained behind a token for the beginning of a text (prepend_bos): where the tokenizer adds none, begin the text with it.',
		...Object.fromEntries(
			loaded('revision', 'checkpoint_index', 'checkpoint_value', 'hf_model', 'first_n_layers').map(
				(word) => [word, `${OTHER_MODEL} (${word}).`]
			)
		)
	},
	harmless: {
		'free labels': [
			...['model_name', 'neuronpedia_id', 'wandb_id', 'wandb_project', 'wandb_entity', 'run_name'],
			...['wandb_log_frequency', 'checkpoint_path', 'output_path', 'sae_lens_version'],
			...['sae_lens_training_version', 'hf_hook_name', 'hf_hook_name_out', 'read_as', 'expected_l0']
		],
		'said again by the name of the hook': [
			'hook_layer',
			'hook_point_layer',
			'hook_eval',
			'hook_point_eval'
		],
		'only of transcoders, which are refused': ['d_out', 'hook_head_index_out'],
		'where and how it was computed; weights are widened to float32': [
			...['dtype', 'device', 'llm_device', 'act_store_device', 'autocast', 'autocast_lm'],
			...['compile_llm', 'llm_compilation_mode', 'compile_sae', 'sae_compilation_mode', 'verbose'],
			...loaded('n_devices', 'dtype', 'torch_dtype', 'device', 'device_map', 'trust_remote_code'),
			...loaded(
				'attn_implementation',
				'move_to_device',
				'low_cpu_mem_usage',
				'use_auth_token',
				'token'
			)
		],
		'processing that leaves the stream and what is written to it as they are': loaded(
			...['fold_ln', 'center_unembed', 'default_padding_side', 'default_prepend_bos']
		),
		'which texts it was trained on, and how long they were': [
			...['dataset_path', 'dataset_trust_remote_code', 'dataset', 'streaming'],
			...['is_dataset_tokenized', 'use_chat_formatting', 'exclude_special_tokens'],
			...['disable_concat_sequences', 'sequence_separator_token', 'use_cached_activations'],
			...['cached_activations_path', 'from_pretrained_path', 'activations_mixing_fraction'],
			...['n_batches_in_buffer', 'store_batch_size', 'store_batch_size_prompts', 'training_tokens'],
			...[
				'total_training_tokens',
				'total_training_steps',
				'tokens_per_buffer',
				'prefetch_llm_batches'
			]
		],
		'how it was trained; its weights are used as saved': [
			...['lr', 'lr_end', 'lr_scheduler_name', 'lr_warm_up_steps', 'lr_decay_steps', 'seed'],
			...['n_restart_cycles', 'adam_beta1', 'adam_beta2', 'train_batch_size', 'noise_scale'],
			...['train_batch_size_tokens', 'expansion_factor', 'init_encoder_as_decoder_transpose'],
			...['l1_coefficient', 'l1_warm_up_steps', 'lp_norm', 'l0_coefficient', 'l0_warm_up_steps'],
			...['l0_lambda', 'mse_loss_normalization', 'use_ghost_grads', 'dead_feature_window'],
			...['dead_feature_threshold', 'dead_feature_estimation_method', 'feature_sampling_window'],
			...['feature_sampling_method', 'feature_reinit_scale', 'resample_batches'],
			...['decoder_init_norm', 'decoder_heuristic_init', 'decoder_heuristic_init_norm'],
			...['decoder_orthogonal_init', 'normalize_sae_decoder', 'b_dec_init_method'],
			...[
				'scale_sparsity_penalty_by_decoder_norm',
				'jumprelu_init_threshold',
				'jumprelu_bandwidth'
			],
			...[
				'jumprelu_sparsity_loss_mode',
				'jumprelu_tanh_scale',
				'jumprelu_ste_to_input',
				'target_l0'
			],
			...['pre_act_loss_coefficient', 'use_sparse_activations', 'aux_loss_coefficient'],
			...['topk_threshold_lr', 'matryoshka_widths', 'use_matryoshka_aux_loss', 'finetuning_tokens'],
			...['finetuning_method', 'n_batches_for_norm_estimate', 'n_eval_batches', 'n_checkpoints'],
			...['eval_batch_size_prompts', 'eval_every_n_wandb_logs', 'log_to_wandb', 'logger'],
			...['log_activations_store_to_wandb', 'log_optimizer_state_to_wandb', 'log_weights_to_wandb'],
			...['save_final_checkpoint', 'resume', 'resume_from_checkpoint', 'model_kwargs', 'sae'],
			...['mse', 'l0', 'explained_variance', 'evaluator', 'extra_files']
		]
	}
};
