/**
 * A folder or a file on any host that lets pages read it. Such a host lists nothing: it is asked by name for the files
 * of a pack, of a model and of each format of SAEs.
 */
import {
	encodePath,
	isPathSegment,
	type PlainAddress
} from '../../../src/core/import/remote-address';
import { Problem } from '../../../src/core/names/errors';
import { AT_ONCE, inOrder } from '../../calls/in-order';
import type { RemoteFile } from '../../storage/network/pending-downloads';
import { pathsOf, type SaeFormat } from '../formats/format';
import { SAE_FORMATS } from '../formats/formats';
import {
	isModelFolder,
	MODEL_CONFIGS,
	MODEL_WEIGHTS,
	shardsIn,
	WEIGHTS_INDEX
} from '../hugging-face';
import { fetchHead, fetchJson, objectFields, type FileHead, type HostConnection } from './requests';

/** By their paths in the folder. */
type HostFiles = Map<string, RemoteFile>;

const MAX_SHARDS = 500;

/** Throws a Problem when there is nothing there, or nothing that is known. */
export async function listPlainHostFiles(
	address: PlainAddress,
	connection: HostConnection
): Promise<HostFiles> {
	const host = new PlainHost(address, connection);
	await (address.isFile ? host.findFile() : host.findFolder());
	return host.files;
}

class PlainHost {
	readonly files: HostFiles = new Map();
	readonly #missing = new Set<string>();

	constructor(
		readonly address: PlainAddress,
		readonly connection: HostConnection
	) {}

	/** A file and, where it belongs to a format, those beside it. */
	async findFile(): Promise<void> {
		const { url } = this.address;
		const name = decodeURIComponent(new URL(url).pathname.split('/').at(-1)!);
		const head = await this.#head(url);
		if (typeof head === 'string') throw this.#problem(head);
		this.files.set(name, { address: url, name, sha256: null, ...head });
		for (const format of SAE_FORMATS)
			if (format.files.some((file) => pathsOf(file).includes(name)))
				if (await this.#hasSae(format)) return;
	}

	/** A pack, a model or the first SAE that is found. */
	async findFolder(): Promise<void> {
		if (await this.#has('pack.json')) return;
		if (await this.#hasModel()) return;
		for (const format of SAE_FORMATS) if (await this.#hasSae(format)) return;
		// Some stores also deny access to files that do not exist: it counts only where nothing exists.
		if (this.files.size === 0) throw this.#problem(await this.#head(this.#urlOf('pack.json')));
	}

	async #hasModel(): Promise<boolean> {
		const [config = '', ...others] = MODEL_CONFIGS;
		if (!(await this.#has(config))) return false;
		for (const name of [MODEL_WEIGHTS, ...others]) await this.#has(name);
		if (!this.files.has(MODEL_WEIGHTS) && (await this.#has(WEIGHTS_INDEX))) await this.#addShards();
		return isModelFolder([...this.files.keys()]);
	}

	async #addShards(): Promise<void> {
		const { address } = this.files.get(WEIGHTS_INDEX)!;
		const { json } = await fetchJson(this.connection, address, WEIGHTS_INDEX);
		const shards = shardsIn(objectFields(json, WEIGHTS_INDEX)).filter((name) =>
			name.split('/').every(isPathSegment)
		);
		await inOrder(shards.slice(0, MAX_SHARDS), AT_ONCE, (name) => this.#has(name));
	}

	async #hasSae({ files, optional = [] }: SaeFormat): Promise<boolean> {
		for (const file of files) if (!(await this.#hasOneOf(pathsOf(file)))) return false;
		for (const path of optional) await this.#has(path);
		return true;
	}

	async #hasOneOf(paths: string[]): Promise<boolean> {
		if (paths.some((path) => this.files.has(path))) return true;
		for (const path of paths) if (await this.#has(path)) return true;
		return false;
	}

	/** Whether a file is there; it then is one of `files`. */
	async #has(name: string): Promise<boolean> {
		if (this.files.has(name)) return true;
		if (this.#missing.has(name)) return false;
		const address = this.#urlOf(name);
		const head = await this.#head(address);
		if (typeof head === 'string') this.#missing.add(name);
		else this.files.set(name, { address, name, sha256: null, ...head });
		return typeof head !== 'string';
	}

	async #head(url: string): Promise<FileHead | 'missing' | 'denied'> {
		const head = await fetchHead(this.connection, url);
		if (head !== 'unreachable') return head;
		throw new Problem(
			'network',
			`${new URL(url).host} cannot be reached, or does not let pages of other sites read it (CORS).`,
			'Check the address and the connection; or download the files and drop them on this page.'
		);
	}

	/** A signature in the address holds for all files of a folder, or leads to no answer for another of them. */
	#urlOf(name: string): string {
		const { url } = this.address;
		const file = new URL(encodePath(name), new URL('.', url));
		file.search = new URL(url).search;
		return file.href;
	}

	#problem(head: FileHead | 'missing' | 'denied'): Problem {
		const { origin, host, pathname } = new URL(this.address.url);
		if (head === 'denied')
			return new Problem(
				'gated',
				this.connection.token?.origin === origin
					? `${host} denies access to the account of this token.`
					: `${host} denies access without a token.`,
				'Check the address, and add a token of an account with read access.'
			);
		const configs = new Set(SAE_FORMATS.flatMap(({ files }) => pathsOf(files[0]!)));
		return new Problem(
			'pack-missing',
			`There is nothing at ${origin}${pathname} that this page can open: no ${['pack.json', ...configs].join(', no ')} and no file of weights.`,
			'Give the address of a folder with one of these, or of a .gguf, .safetensors, .npz or .zip file.'
		);
	}
}
