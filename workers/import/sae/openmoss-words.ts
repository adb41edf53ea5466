/** What the configs of OpenMOSS' libraries share (https://github.com/OpenMOSS/Llamascopium, 2.0, and those before it). */

/** Words of all generations of OpenMOSS' configs that the trained SAE does not depend on. */
export const OPENMOSS_TRAINING = {
	'the size, which the weights give': ['expansion_factor'],
	'where and how it was loaded and computed': [
		'device',
		'dtype',
		'seed',
		'tp_size',
		'ddp_size',
		'sae_pretrained_name_or_path',
		'strict_loading',
		'use_triton_kernel',
		'sparsity_threshold_for_triton_spmm_kernel'
	],
	'how it was trained; its weights are used as saved': [
		'jumprelu_threshold_window',
		'force_unit_decoder_norm',
		'decoder_exactly_unit_norm',
		'decoder_exactly_fixed_norm',
		'decoder_bias_init_method',
		'l1_coefficient',
		'lp',
		'use_ghost_grads'
	]
} as const;
