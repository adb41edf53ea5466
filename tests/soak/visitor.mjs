/**
 * What somebody does with the page, over and over: runs in the page itself, since what a debugger keeps of a page would be
 * measured with it. Says one line a round on the console.
 */
const PROMPTS = [
	'One winter day the old king went to the sea and found a golden ring.',
	'The bell rang twice in the harbour, and nobody came.',
	'Once upon a time there was a fox who could count to seven.',
	'In the middle of the wood a clock stood still.'
];
const SAE = 'blocks.3.hook_resid_post';
/** Rounds between two looks at all of the page's memory, which take seconds. */
const APART = 4;
const asked = new URL(import.meta.url).searchParams;
const other = asked.get('pack');

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const say = (line) => console.info(`soak ${JSON.stringify(line)}`);
addEventListener('error', ({ message }) => say({ complaint: message }));
addEventListener('unhandledrejection', ({ reason }) => say({ complaint: String(reason) }));

/** Waits until something is there. */
async function until(find, what) {
	for (let n = 0; n < 3000; n++) {
		const found = find();
		if (found) return found;
		await wait(200);
	}
	throw new Error(`${what} did not come within ten minutes.`);
}

const engine = () =>
	until(
		() =>
			[...document.querySelectorAll('[role="status"][aria-label="Engine"]')].find(
				({ textContent }) => /^\s*(webgpu|wasm)/.test(textContent)
			),
		'The engine'
	);

/** An address within the page: nothing is loaded again. */
async function show(view, query) {
	const text = new URLSearchParams(query).toString();
	location.hash = text ? `${view}?${text}` : view;
	await wait(400);
}

async function type(text) {
	const box = await until(() => document.querySelector('textarea'), 'The prompt');
	const set = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value').set;
	set.call(box, text);
	box.dispatchEvent(new Event('input', { bubbles: true }));
	await wait(120);
}

/** Each slider of the view to its ends. */
async function slide() {
	for (const slider of [...document.querySelectorAll('input[type="range"]')].slice(0, 4))
		for (const end of [slider.max, slider.min]) {
			slider.value = end;
			slider.dispatchEvent(new Event('input', { bubbles: true }));
			await wait(60);
		}
	await wait(500);
}

/** Every view once, with another prompt and another feature than before. */
async function round(n) {
	const prompt = PROMPTS[n % PROMPTS.length];
	const id = `${SAE}/${(37 * n) % 256}`;
	await show('#/explore', {});
	await engine();
	await type(prompt);
	await until(() => document.querySelector('[aria-label="Features"] li'), 'A feature');
	for (const word of [' And', ' then', ' she']) await type(prompt + word);
	await show(`#/feature/${id}`, { prompt });
	await show(`#/flow/${id}`, { prompt });
	await slide();
	await show('#/flow', { prompt });
	await show('#/find', { prompt, find: 'sea' });
	await wait(600);
	await show('#/circuit', { prompt, nodes: '20' });
	await wait(2500);
	await show('#/steer', { prompt, steer: `${id}=add:4`, length: '20' });
	await slide();
	await show('#/report', {});
	await show('#/report/flow', {});
	await show('#/models', {});
	// The other pack and back, so that all rounds end alike.
	await show('#/explore', { prompt, pack: other });
	await engine();
	await show('#/explore', { prompt });
	await engine();
	// At rest: what is measured then is kept, not in use.
	await show('#/models', {});
	await wait(2000);
}

async function importPack() {
	const bytes = await (await fetch(new URL('other-pack.zip', import.meta.url))).blob();
	const input = await until(
		() => document.querySelector('[aria-label="Files of a model, of SAEs or of a pack"]'),
		'The import'
	);
	const files = new DataTransfer();
	files.items.add(new File([bytes], 'other-pack.zip'));
	input.files = files.files;
	input.dispatchEvent(new Event('change', { bubbles: true }));
	await until(
		() =>
			[...document.querySelectorAll('a')].find(({ textContent }) =>
				/^Open/.test(textContent.trim())
			),
		'The other pack'
	);
}

/** Bytes of the heaps of the page and of its workers. */
async function heaps() {
	const { breakdown } = await performance.measureUserAgentSpecificMemory();
	const sums = { page: 0, worker: 0 };
	for (const { bytes, attribution } of breakdown)
		for (const { scope } of attribution)
			sums[scope === 'Window' ? 'page' : 'worker'] += bytes / attribution.length;
	return sums;
}

try {
	location.hash = '#/models';
	await engine();
	await importPack();
	for (let n = 0; ; n++) {
		await round(n);
		globalThis.gc?.();
		globalThis.gc?.();
		say({ round: n + 1, ...(n % APART === 0 && (await heaps())) });
	}
} catch (error) {
	say({ complaint: String(error) });
}
