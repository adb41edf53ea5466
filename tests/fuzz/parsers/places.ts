/** Addresses, what is typed, and what hosts answer. */
import { parseAddress, formatAddress } from '../../../src/core/address';
import {
	asPlainAddress,
	describeAddress,
	encodePath,
	parseRemoteAddress
} from '../../../src/core/import/remote-address';
import { tokenHeaders } from '../../../src/core/import/remote';
import { formatEdit, parseEdit } from '../../../src/core/steering/edits';
import { listContents } from '../../../workers/import/list-contents';
import { openRemoteFolder } from '../../../workers/import/remote/open-remote';
import { Arguments } from '../../../workers/node/arguments';
import { bytesIn } from '../../../workers/node/bytes';
import { parseSaeArgument } from '../../../workers/node/sae-argument';
import { filesInMemory } from '../../../workers/storage/files/memory';
import { PendingDownloads } from '../../../workers/storage/network/pending-downloads';
import type { Draws } from '../../draws';
import { hostileJson, hostileText, hostileValue } from '../hostile-json';
import type { Parser } from '../parser';

const PAGE = [
	'#/explore?prompt=The+bell&site=blocks.1.hook_mlp_out&token=3',
	'#/feature/blocks.0.hook_resid_post@kron/12?t_res=0.5',
	'#/flow/blocks.1.hook_attn_out/3?most=50&pack=default-0123456789ab',
	'#/steer?steer=blocks.0.hook_resid_post/3%3Dadd%3A6&temperature=0.7&seed=4',
	'#/report/flow'
];
const PLACES = [
	...[
		'org/name',
		'org/name@main/folder',
		'hf://org/name',
		'https://huggingface.co/org/name/tree/main/a/b'
	],
	...[
		'http://127.0.0.1:1/a/b/',
		'https://host.example/org/name',
		'https://host.example/x/y.safetensors?token=1'
	],
	...['https://host.example/org/name/resolve/main/a%20b/pack.json', 'hf.co/gpt2']
];
const EDITS = [
	'blocks.0.hook_resid_post/3=add:6',
	'blocks.1.hook_mlp_out@512/7=scale:-1.5e3',
	'hook_embed/0=ablate'
];
const SAE_WORDS =
	'folder#site=blocks.1.hook_mlp_out&k=32&norm_scaling_factor=2&decoder_rows=inputs';

const COMMIT = 'c'.repeat(40);
const INFO = { sha: COMMIT, cardData: { license: 'mit' }, tags: ['license:mit', 'x'] };
const TREE = [
	{ type: 'file', path: 'config.json', size: 20 },
	{ type: 'file', path: 'model.safetensors', size: 400, lfs: { oid: 'a'.repeat(64), size: 400 } },
	{ type: 'file', path: 'tokenizer.json', size: 2 },
	{ type: 'directory', path: 'saes' },
	{ type: 'file', path: 'saes/cfg.json', size: 20 },
	{ type: 'file', path: 'saes/sae_weights.safetensors', size: 100 }
];

const HEADERS: [string, string][] = [
	['link', '<https://host.example/api/models/org/name/tree/x>; rel="next"'],
	['content-length', '99999999999999'],
	['content-length', '-1'],
	['content-range', 'bytes 5-9/2'],
	['content-range', 'bytes */99999999999999999999'],
	['retry-after', '1e308'],
	['retry-after', 'Wed, 21 Oct 9999 07:28:00 GMT'],
	['etag', 'W/"\u00e9"'],
	['x-error-code', 'constructor']
];

/** A host that answers everything it is asked, never twice the same. */
function hostileFetch(draws: Draws): typeof fetch {
	let asked = 0;
	return async (input) => {
		const address =
			typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
		if (++asked > 60 || draws.chance(0.03)) throw new TypeError('fetch failed');
		const headers = new Headers(draws.chance(0.3) ? [draws.pick(HEADERS)] : []);
		const status = draws.chance(0.15) ? draws.pick([204, 206, 301, 401, 403, 404, 416, 500]) : 200;
		const document = address.includes('/tree/')
			? TREE
			: address.includes('/revision/')
				? INFO
				: { weight_map: {} };
		const text = draws.chance(0.6) ? hostileJson(draws, document) : JSON.stringify(document);
		const body = draws.chance(0.05) ? hostileValue(draws) : text;
		return new Response(status === 204 ? null : body, { status, headers });
	};
}

export const placeParsers: Parser[] = [
	{
		name: "the page's address",
		prepare: () => (draws) => {
			const { state, problems } = parseAddress(hostileText(draws, draws.pick(PAGE)));
			parseAddress(formatAddress(state));
			return problems;
		}
	},
	{
		name: 'remote address',
		prepare: () => (draws) => {
			const place = parseRemoteAddress(hostileText(draws, draws.pick(PLACES)));
			describeAddress(place);
			if (place.kind === 'plain')
				return tokenHeaders({ origin: 'https://x', value: 't' }, place.url);
			encodePath(place.path);
			encodeURIComponent(place.revision ?? '');
			return describeAddress(asPlainAddress(place));
		}
	},
	{
		name: 'answers of a host',
		prepare: () => async (draws) => {
			const connection = { fetch: hostileFetch(draws), token: null, retryDelays: [] };
			const downloads = new PendingDownloads(filesInMemory(), connection.fetch, []);
			const place = draws.pick([
				'org/name',
				'https://host.example/org/name',
				'https://host.example/a/b/c/'
			]);
			const folder = await openRemoteFolder(place, connection, downloads);
			await listContents(folder, {}, () => undefined);
		}
	},
	{
		name: 'steering edits',
		prepare: () => (draws) => {
			const edit = parseEdit(hostileText(draws, draws.pick(EDITS)));
			return edit && parseEdit(formatEdit(edit));
		}
	},
	{
		name: 'words of the command line',
		prepare: () => (draws) => {
			const words = ['--pack', 'x', '--tokens', '4'].map((word) =>
				draws.chance(0.3) ? hostileText(draws, word) : word
			);
			const args = new Arguments(words, ['pack', 'tokens'], ['json']);
			args.whole('tokens', 1);
			parseSaeArgument(hostileText(draws, SAE_WORDS));
			return bytesIn(hostileText(draws, '24MiB'), '--max-file');
		}
	}
];
