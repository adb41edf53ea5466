/** What stands in the address before the hash. */
import type { Backend } from '../../core/packs/info';

/** `?backend=wasm|webgpu`; another word is a problem and forces nothing. */
export function askedBackend(search: string): { backend: Backend | null; problem: string | null } {
	const asked = new URLSearchParams(search).get('backend');
	if (asked === null || asked === 'wasm' || asked === 'webgpu')
		return { backend: asked, problem: null };
	return {
		backend: null,
		problem: `backend in the address is “${asked.slice(0, 40)}”, neither wasm nor webgpu, so the page chose.`
	};
}
