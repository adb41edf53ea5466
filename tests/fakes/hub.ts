/**
 * A hub of models on this machine, over real sockets: its API and small files on one port, large files by
 * redirects on another, with the misbehaviours of real hosts. It serves plain folders as well.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
	host: 'hub' | 'cdn';
	method: string;
	/** Path and query. */
	url: string;
	range: string | null;
	authorization: string | null;
}

/** What goes wrong with the next request for a file whose path ends so. */
export interface Fault {
	path: string;
	/** The connection is cut after so many bytes. */
	cut?: number;
	status?: number;
	retryAfter?: string;
	/** Content-Length is off by so much. */
	length?: number;
	/** What happens once the answer has begun. */
	then?: () => void;
}

interface Repository {
	files: Map<string, Uint8Array>;
	commit: string;
	/** Who may see it: anybody, or those with this token. */
	token: string | null;
}

const EXPOSED = 'ETag, Link, Content-Range, X-Repo-Commit, X-Error-Code, X-Linked-Size';

export class FakeHub {
	readonly asked: Asked[] = [];
	readonly faults: Fault[] = [];
	/** Files beside the repositories, by their paths: a plain host. */
	readonly plain = new Map<string, Uint8Array>();
	/** False makes it a host of plain files alone. */
	answers = true;
	/** Whether gated repositories are described and listed to everybody, as Hugging Face does; their files never are. */
	lists = false;
	/** The token that its plain files need; null where they are for everybody. */
	key: string | null = null;
	ranges = true;
	/** Whether pages of other origins see more than the few headers that they always see. */
	exposes = true;
	/** Entries of a listing before it goes on on another page. */
	page = 1000;
	/** Milliseconds before every answer. */
	latency = 0;
	/** Most requests that waited for their answers at a time. */
	busiest = 0;
	#waiting = 0;
	/** Milliseconds between two kilobytes; 0 sends all at once. */
	slowness = 0;
	readonly #repositories = new Map<string, Repository>();
	readonly #servers: Server[] = [];

	static async open(): Promise<FakeHub> {
		const hub = new FakeHub();
		for (const host of ['hub', 'cdn'] as const) {
			const server = createServer((request, response) => {
				void hub.#answer(host, request, response);
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			hub.#servers.push(server);
		}
		return hub;
	}

	async close(): Promise<void> {
		for (const server of this.#servers) {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		}
	}

	get origin(): string {
		return this.#origin(0);
	}

	get cdn(): string {
		return this.#origin(1);
	}

	/** Puts a repository there, in place of one of that name. */
	put(id: string, files: Record<string, Uint8Array>, token: string | null = null): Repository {
		const commit = createHash('sha1').update(id).update(Object.keys(files).join()).digest('hex');
		const repository = { files: new Map(Object.entries(files)), commit, token };
		this.#repositories.set(id, repository);
		return repository;
	}

	/** Addresses of files asked for, `bytes=…` behind those of which a part was asked for. */
	get filesAsked(): string[] {
		return this.asked
			.filter(
				({ host, url, method }) => method === 'GET' && (host === 'cdn' || !/^\/api/.test(url))
			)
			.map(({ host, url, range }) => `${host} ${url.split('?')[0]!}${range ? ` ${range}` : ''}`);
	}

	#origin(server: number): string {
		return `http://127.0.0.1:${(this.#servers[server]!.address() as AddressInfo).port}`;
	}

	async #answer(
		host: 'hub' | 'cdn',
		request: IncomingMessage,
		response: ServerResponse
	): Promise<void> {
		const { method = 'GET', url = '/', headers } = request;
		const { range = null, authorization = null } = headers;
		this.asked.push({ host, method, url, range, authorization });
		this.busiest = Math.max(this.busiest, ++this.#waiting);
		if (this.latency > 0) await new Promise((resolve) => setTimeout(resolve, this.latency));
		this.#waiting--;
		response.setHeader('access-control-allow-origin', '*');
		if (this.exposes) response.setHeader('access-control-expose-headers', EXPOSED);
		if (method === 'OPTIONS') {
			// As the store of large files does, which answers no questions before requests.
			if (host === 'hub') response.setHeader('access-control-allow-headers', 'authorization');
			return void response.writeHead(host === 'hub' ? 204 : 403).end();
		}
		const path = decodeURIComponent(url.split('?')[0]!);
		if (host === 'cdn') return this.#stored(path.slice(1), request, response);
		if (this.answers && path.startsWith('/api/models/'))
			return this.#api(new URL(url, this.origin), request, response);
		const [, id, revision, file] = /^\/(.+?)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
		if (id === undefined) {
			const open = this.key === null || authorization === `Bearer ${this.key}`;
			if (!open) return json(response, authorization ? 403 : 401, { error: 'Not for you' });
			return this.#file(path, this.plain.get(path.slice(1)), request, response);
		}
		const repository = this.#visible(id, request, response);
		if (!repository) return;
		const bytes = repository.files.get(file!);
		const known = revision === repository.commit || revision === 'main';
		response.setHeader('x-repo-commit', repository.commit);
		if (!known || !bytes || !isLarge(file!, bytes))
			return this.#file(path, known ? bytes : undefined, request, response);
		const fault = this.#fault(path, (some) => some.status !== undefined);
		if (fault) return refuse(response, fault);
		response.setHeader('x-linked-size', bytes.length);
		response.writeHead(302, { location: `${this.cdn}/${sha256(bytes)}?signature=secret` }).end();
	}

	#api(url: URL, request: IncomingMessage, response: ServerResponse): void {
		const [, id, what, revision, inside = ''] =
			/^\/api\/models\/(.+?)\/(revision|tree)\/([^/]+)(?:\/(.*))?$/.exec(url.pathname) ?? [];
		const shown = this.lists ? this.#repositories.get(id ?? '') : undefined;
		const repository = id === undefined ? null : (shown ?? this.#visible(id, request, response));
		if (id !== undefined && !repository) return;
		const fault = this.#fault(url.pathname, () => true);
		if (fault) return refuse(response, fault);
		if (!repository || (revision !== 'main' && revision !== repository.commit))
			return json(response, 404, { error: 'Invalid rev id' });
		if (what === 'revision') {
			const siblings = [...repository.files.keys()].map((rfilename) => ({ rfilename }));
			const gated = repository.token === null ? false : 'manual';
			const cardData = { license: 'mit' };
			return json(response, 200, { id, sha: repository.commit, gated, cardData, siblings });
		}
		const folder = decodeURIComponent(inside);
		const all = [...repository.files]
			.filter(([path]) => folder === '' || path.startsWith(`${folder}/`))
			.map(([path, bytes]) => entryOf(path, bytes));
		if (all.length === 0) return json(response, 404, { error: 'Not found' });
		const start = Number(url.searchParams.get('cursor') ?? 0);
		const next = start + this.page;
		if (next < all.length) {
			url.searchParams.set('cursor', String(next));
			response.setHeader('link', `<${url.href}>; rel="next"`);
		}
		json(response, 200, [
			{ type: 'directory', oid: 'f'.repeat(40), size: 0, path: 'folder' },
			...all.slice(start, next)
		]);
	}

	/** What the asker may see; answers for the hub where that is nothing. */
	#visible(id: string, request: IncomingMessage, response: ServerResponse): Repository | null {
		const repository = this.#repositories.get(id);
		const { authorization } = request.headers;
		const token = repository?.token ?? null;
		if (repository && (token === null || authorization === `Bearer ${token}`)) return repository;
		response.setHeader('x-error-code', repository ? 'GatedRepo' : 'RepoNotFound');
		json(response, repository && authorization ? 403 : 401, { error: 'Access is restricted' });
		return null;
	}

	#stored(hash: string, request: IncomingMessage, response: ServerResponse): void {
		for (const { files } of this.#repositories.values())
			for (const [path, bytes] of files)
				if (sha256(bytes) === hash) return this.#file(path, bytes, request, response);
		this.#file(hash, undefined, request, response);
	}

	#fault(path: string, fits: (fault: Fault) => boolean): Fault | null {
		const at = this.faults.findIndex((fault) => path.endsWith(fault.path) && fits(fault));
		return at < 0 ? null : this.faults.splice(at, 1)[0]!;
	}

	#file(
		path: string,
		bytes: Uint8Array | undefined,
		request: IncomingMessage,
		response: ServerResponse
	): void {
		const fault = this.#fault(path, () => true);
		if (fault?.status !== undefined) return refuse(response, fault);
		if (!bytes) return json(response, 404, { error: 'Entry not found' });
		response.setHeader('etag', `"${sha256(bytes).slice(0, 40)}"`);
		const asked = this.ranges ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
		const from = Number(asked?.[1] ?? 0);
		const to = Math.min(bytes.length, asked?.[2] ? Number(asked[2]) + 1 : bytes.length);
		if (asked && from >= bytes.length) {
			response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
			return;
		}
		response.writeHead(asked ? 206 : 200, {
			'content-type': 'application/octet-stream',
			'content-length': to - from + (fault?.length ?? 0),
			...(this.ranges && { 'accept-ranges': 'bytes' }),
			...(asked && { 'content-range': `bytes ${from}-${to - 1}/${bytes.length}` })
		});
		fault?.then?.();
		if (request.method === 'HEAD') return void response.end();
		void this.#send(bytes.subarray(from, to), fault, response);
	}

	async #send(bytes: Uint8Array, fault: Fault | null, response: ServerResponse): Promise<void> {
		const end = Math.min(fault?.cut ?? Infinity, bytes.length + Math.min(0, fault?.length ?? 0));
		for (let at = 0; at < end && !response.destroyed; at += 1000) {
			const piece = bytes.subarray(at, Math.min(end, at + 1000));
			await new Promise((resolve) => response.write(piece, resolve));
			if (this.slowness > 0) await new Promise((resolve) => setTimeout(resolve, this.slowness));
		}
		if (fault?.cut === undefined && (fault?.length ?? 0) <= 0) response.end();
		else setTimeout(() => response.destroy(), 20);
	}
}

function refuse(response: ServerResponse, { status = 500, retryAfter }: Fault): void {
	if (retryAfter !== undefined) response.setHeader('retry-after', retryAfter);
	json(response, status, { error: 'Not now' });
}

function json(response: ServerResponse, status: number, body: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function entryOf(path: string, bytes: Uint8Array) {
	const oid = createHash('sha1').update(bytes).digest('hex');
	const lfs = { oid: sha256(bytes), size: bytes.length, pointerSize: 134 };
	return { type: 'file', oid, size: bytes.length, path, ...(isLarge(path, bytes) && { lfs }) };
}

/** Weights are kept apart, whatever their size. */
const isLarge = (path: string, bytes: Uint8Array) =>
	/\.(safetensors|npz|pt|bin)$/.test(path) || bytes.length > 10_000_000;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
