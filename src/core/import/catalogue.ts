/**
 * Public SAEs and the models that they belong to, as far as an explorer in a browser can think of them. What no public
 * source states is null; revisions are those that others name in public, else the hub's newest counts.
 */

export interface CatalogueEntry {
	/** What people call the model. */
	title: string;
	model: HubPlace;
	saes: HubPlace & {
		/** Which of them the path leads to, and how many the repository holds. */
		what: string;
		/** d_sae. */
		features: number;
	};
	/** Address of the paper or the article about the SAEs. */
	paper: string | null;
	/** What a reader should know before they fetch it. */
	note: string | null;
}

export interface HubPlace {
	/** `org/name` on huggingface.co. */
	id: string;
	/** A commit, 40 hex digits; null: the newest. */
	revision: string | null;
	/** A folder or a file inside; '' for all of it. */
	path: string;
	/** To download; of SAEs the one at `path`, or each of them. */
	bytes: number;
	/** As its page states it; null where no source at hand does. */
	licence: string | null;
	/** Whether the hub asks for an account and a consent first. */
	gated: boolean;
}

/** What the field for an address takes. */
export function addressOf({ id, revision, path }: HubPlace): string {
	const at = revision === null ? '' : `@${revision}`;
	return `${id}${at}${path === '' ? '' : `/${path}`}`;
}

const open = { gated: false, path: '' };
const gated = { gated: true, path: '' };

const GPT2: HubPlace = {
	...open,
	id: 'openai-community/gpt2',
	revision: '607a30d783dfa663caf39e06633721c8d4cfcd7e',
	bytes: 548_000_000,
	licence: 'mit'
};

export const CATALOGUE: readonly CatalogueEntry[] = [
	{
		title: 'GPT-2 small',
		model: GPT2,
		saes: {
			...open,
			id: 'jbloom/GPT2-Small-SAEs-Reformatted',
			revision: '57d08a4fd333fbf18caf3fbea63ceeb88e2f50d9',
			path: 'blocks.6.hook_resid_pre',
			bytes: 151_096_640,
			licence: null,
			what: 'blocks.6.hook_resid_pre, one of 13 residual streams',
			features: 24_576
		},
		paper: 'https://www.lesswrong.com/posts/f9EgfLSurAiqRJySD',
		note: null
	},
	{
		title: 'GPT-2 small, TopK',
		model: GPT2,
		saes: {
			...open,
			id: 'jbloom/GPT2-Small-OAI-v5-32k-resid-post-SAEs',
			revision: null,
			path: 'v5_32k_layer_6.pt',
			bytes: 201_000_000,
			licence: 'mit',
			what: 'blocks.6.hook_resid_post, one of 12',
			features: 32_768
		},
		paper: 'https://arxiv.org/abs/2406.04093',
		note: null
	},
	{
		title: 'Pythia 70M',
		model: {
			...open,
			id: 'EleutherAI/pythia-70m-deduped',
			revision: null,
			bytes: 166_000_000,
			licence: 'apache-2.0'
		},
		saes: {
			...open,
			id: 'ctigges/pythia-70m-deduped__res-sm_processed',
			revision: null,
			path: '3-res-sm',
			bytes: 134_000_000,
			licence: null,
			what: 'blocks.3.hook_resid_post, one of 7 residual streams',
			features: 32_768
		},
		paper: 'https://arxiv.org/abs/2403.19647',
		note: null
	},
	{
		title: 'Pythia 160M',
		model: {
			...open,
			id: 'EleutherAI/pythia-160m',
			revision: '50f5173d932e8e61f858120bcb800b97af589f46',
			bytes: 375_000_000,
			licence: 'apache-2.0'
		},
		saes: {
			...open,
			id: 'EleutherAI/sae-pythia-160m-32k',
			revision: '2046768ae0c8cb69a2e8ed64f2eafb9f8c5fa294',
			path: 'layers.5',
			bytes: 201_461_072,
			licence: null,
			what: 'blocks.5.hook_resid_post, one of each layer',
			features: 32_768
		},
		paper: 'https://arxiv.org/abs/2406.04093',
		note: null
	},
	{
		title: 'SmolLM2 135M',
		model: {
			...open,
			id: 'HuggingFaceTB/SmolLM2-135M',
			revision: '93efa2f097d58c2a74874c7e644dbc9b0cee75a2',
			bytes: 269_000_000,
			licence: 'apache-2.0'
		},
		saes: {
			...open,
			id: 'EleutherAI/sae-SmolLM2-135M-64x',
			revision: '57ea2cb986e2545844cdd4a5bb2eb39523243494',
			path: 'layers.15.mlp',
			bytes: 170_019_400,
			licence: null,
			what: 'blocks.15.hook_mlp_out, one of each layer',
			features: 36_864
		},
		paper: null,
		note: 'Trained on the base model; its instruct version is another.'
	},
	{
		title: 'Gemma 2 2B',
		model: {
			...gated,
			id: 'google/gemma-2-2b',
			revision: null,
			bytes: 5_230_000_000,
			licence: 'gemma'
		},
		saes: {
			...open,
			id: 'google/gemma-scope-2b-pt-res',
			revision: 'fd571b47c1c64851e9b1989792367b9babb4af63',
			path: 'layer_20/width_16k/average_l0_71',
			bytes: 302_000_000,
			licence: 'cc-by-4.0',
			what: 'blocks.20.hook_resid_post, one of each layer and several widths',
			features: 16_384
		},
		paper: 'https://arxiv.org/abs/2408.05147',
		note: 'Wants more memory than most machines give a page: 10 GB as float32, 5 GB on a graphics processor with float16.'
	},
	{
		title: 'Gemma 3 270M',
		model: {
			...gated,
			id: 'google/gemma-3-270m',
			revision: '9b0cfec892e2bc2afd938c98eabe4e4a7b1e0ca1',
			bytes: 536_000_000,
			licence: 'gemma'
		},
		saes: {
			...open,
			id: 'google/gemma-scope-2-270m-pt',
			revision: null,
			path: 'resid_post_all/layer_9_width_16k_l0_small',
			bytes: 84_000_000,
			licence: null,
			what: 'blocks.9.hook_resid_post, one of each layer',
			features: 16_384
		},
		paper: null,
		note: 'A chain of every layer on a model that fits a browser.'
	},
	{
		title: 'Llama 3.2 1B',
		model: {
			...gated,
			id: 'meta-llama/Llama-3.2-1B',
			revision: null,
			bytes: 2_470_000_000,
			licence: 'llama3.2'
		},
		saes: {
			...open,
			id: 'EleutherAI/sae-Llama-3.2-1B-131k',
			revision: null,
			path: 'layers.6.mlp',
			bytes: 2_150_000_000,
			licence: null,
			what: 'blocks.6.hook_mlp_out, one of each layer',
			features: 131_072
		},
		paper: null,
		note: 'Each SAE is as large as the model.'
	},
	{
		title: 'Qwen 3 1.7B',
		model: {
			...open,
			id: 'Qwen/Qwen3-1.7B-Base',
			revision: null,
			bytes: 3_440_000_000,
			licence: 'apache-2.0'
		},
		saes: {
			...open,
			id: 'Qwen/SAE-Res-Qwen3-1.7B-Base-W32K-L0_50',
			revision: null,
			path: 'layer14.sae.pt',
			bytes: 537_000_000,
			licence: null,
			what: 'blocks.14.hook_resid_post, one of each layer',
			features: 32_768
		},
		paper: null,
		note: 'The form of these files is not known here: they may be refused.'
	}
];
