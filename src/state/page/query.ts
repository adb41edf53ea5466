/** What stands in the address before the hash. */
import type { Backend } from '../../core/packs/info';
import { EMBEDS, type Embed } from './embed';

/** More would only be in each other's way, and each takes memory. */
const MOST_THREADS = 16;

export interface Asked {
	/** `?backend=wasm|webgpu`; null: the best for this machine. */
	backend: Backend | null;
	/** `?threads=N`: of WebAssembly; null: as many as help. */
	threads: number | null;
	/** `?embed=feature|flow|steer`: this panel alone. */
	embed: Embed | null;
	/** What could not be followed, in a sentence each; it forces nothing. */
	problems: string[];
}

export function askedBefore(search: string): Asked {
	const parameters = new URLSearchParams(search);
	const backend = parameters.get('backend');
	const threads = parameters.get('threads');
	const embed = parameters.get('embed');
	const asked: Asked = { backend: null, threads: null, embed: null, problems: [] };
	if (backend === 'wasm' || backend === 'webgpu') asked.backend = backend;
	else if (backend !== null)
		asked.problems.push(
			`backend in the address is “${backend.slice(0, 40)}”, neither wasm nor webgpu, so the page chose.`
		);
	if (threads !== null && /^\d{1,3}$/.test(threads) && isCount(Number(threads)))
		asked.threads = Number(threads);
	else if (threads !== null)
		asked.problems.push(
			`threads in the address is “${threads.slice(0, 40)}”, not a whole number from 1 to ${MOST_THREADS}, so the page chose.`
		);
	asked.embed = EMBEDS.find((panel) => panel === embed) ?? null;
	if (embed !== null && asked.embed === null)
		asked.problems.push(
			`embed in the address is “${embed.slice(0, 40)}”, not one of ${EMBEDS.join(', ')}, so the whole page is shown.`
		);
	return asked;
}

const isCount = (threads: number): boolean => threads >= 1 && threads <= MOST_THREADS;
