/** From a model and an SAE to a site on somebody's host, as the README tells it: pack, build, serve, explore. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { preview } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { float32, parseSafetensors } from '../../src/core/files/safetensors';
import { serve } from '../../workers/node/site/serve.mjs';
import { SafetensorsWriter } from '../../workers/import/files/safetensors-writer';
import { engineReady, named, newVisitor, offlineReady, openBrowser } from './visitor';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FIXTURE = path.join(ROOT, 'tests/fixtures/llama-tied');
const SITE = 'blocks.1.hook_resid_post';
const TEXT = 'The old clockmaker mended nine brass keys because the bell had rung.';
let folder: string;
let browser: Browser;
let said: string;

beforeAll(async () => {
	folder = mkdtempSync(path.join(tmpdir(), 'publishing-'));
	trained();
	const sources = ['--model', in_('model'), '--sae', in_('sae'), '--corpus', in_('text.txt')];
	npm('run', '-s', 'cli', '--', 'pack', ...sources, '--out', in_('mine'), '--json');
	const packs = ['--pack', in_('mine'), '--pack', path.join(ROOT, 'tests/fixtures/gpt2')];
	const where = ['--outDir', in_('site'), '--logLevel', 'error'];
	said = npm('run', 'build', '--', ...packs, '--max-file', '100KiB', ...where);
	browser = await openBrowser();
}, 400_000);

afterAll(async () => {
	await browser?.close();
	rmSync(folder, { recursive: true, force: true });
});

const in_ = (name: string) => path.join(folder, name);

/** What somebody has who trained an SAE: a Hugging Face folder of the model, a SAELens folder, a text. */
function trained(): void {
	const pack = JSON.parse(readFileSync(path.join(FIXTURE, 'pack.json'), 'utf8')) as {
		model: { config: object };
		saes: { id: string; weights: string; cfg: object }[];
	};
	mkdirSync(in_('model'));
	mkdirSync(in_('sae'));
	for (const name of ['model.safetensors', 'tokenizer.json', 'tokenizer_config.json'])
		writeFileSync(in_(`model/${name}`), readFileSync(path.join(FIXTURE, name)));
	writeFileSync(in_('model/config.json'), JSON.stringify(pack.model.config));
	const sae = pack.saes.find(({ id }) => id === SITE)!;
	const file = parseSafetensors(new Uint8Array(readFileSync(path.join(FIXTURE, sae.weights))));
	const weights = new SafetensorsWriter();
	for (const name of file.names)
		if (!name.endsWith('.scale') && name !== 'mean')
			weights.floats(name, float32(file, name), 'f32');
	writeFileSync(in_('sae/sae_weights.safetensors'), weights.toBytes());
	writeFileSync(in_('sae/cfg.json'), JSON.stringify(sae.cfg));
	writeFileSync(in_('text.txt'), Array.from({ length: 60 }, (_, i) => `${TEXT} ${i}`).join('\n\n'));
}

/** What it said besides its answer. */
function npm(...words: string[]): string {
	const { status, stderr } = spawnSync('npm', words, { cwd: ROOT, encoding: 'utf8' });
	if (status !== 0) throw new Error(`npm ${words.join(' ')}: ${stderr}`);
	return stderr;
}

/** Explores the strongest feature of the last token; its card has statistics, which lie compressed. */
async function explore(page: Page): Promise<void> {
	await named(page, 'textbox', 'Prompt').fill(TEXT);
	const strongest = named(page, 'list', 'Features').getByRole('listitem').first();
	await strongest.locator(`[href*="${SITE}"]`).first().click();
	await named(page, 'region', 'Feature')
		.getByText(/\d tokens of text\.txt/)
		.first()
		.waitFor();
}

/** Waits until Models says that this pack of the site is open. */
async function opened(page: Page, title: string): Promise<void> {
	const line = named(page, 'region', 'On this site').getByRole('listitem');
	await line.filter({ hasText: title }).filter({ hasText: 'open now' }).waitFor();
}

it('says what is published, and that one pack lacks a licence', () => {
	expect(said).toMatch(/verifying mine/);
	expect(said).toMatch(/Warning: the pack mine states no licence/);
	expect(said).not.toMatch(/Warning: the pack gpt2/);
	expect(said).toMatch(/\d+ files, [\d.]+ MiB/);
});

describe('the site of one’s own', () => {
	it('is explored under a sub-path, changes packs, and works with the host gone', async () => {
		const server = await serve({ folder: in_('site'), base: '/lab/sae/' });
		const { port } = server.address() as AddressInfo;
		const { page, complaints } = await newVisitor(browser);
		const address = `http://127.0.0.1:${port}/lab/sae/?backend=wasm`;
		await page.goto(address);
		await engineReady(page);
		await explore(page);
		await page.goto(`${address}#/models`);
		const site = named(page, 'region', 'On this site');
		await site.getByRole('listitem').first().waitFor();
		expect(await site.getByRole('listitem').allInnerTexts()).toMatchObject([
			expect.stringMatching(/^model\b[^]*not stated, open now/),
			expect.stringMatching(/^Micro gpt2/)
		]);
		await site.getByRole('link', { name: 'Open Micro gpt2 of this site' }).click();
		await opened(page, 'Micro gpt2');
		const shared = page.url();
		const other = await newVisitor(browser);
		await other.page.goto(shared);
		await opened(other.page, 'Micro gpt2');
		expect(other.complaints).toEqual([]);
		await other.page.context().close();
		await page.goto(address);
		await offlineReady(page);
		expect(complaints).toEqual([]);
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
		await page.reload();
		await engineReady(page);
		await explore(page);
		await page.context().close();
	});

	it('loses nothing on a host that takes .gz for an encoding', async () => {
		// Vite's own does: what ends in .gz is sent with Content-Encoding: gzip.
		writeFileSync(in_('site/probe.gz'), 'x');
		const server = await preview({
			configFile: false,
			root: folder,
			base: '/sub/',
			build: { outDir: 'site' },
			preview: { host: '127.0.0.1', port: 4399, strictPort: false },
			logLevel: 'silent'
		});
		const address = server.resolvedUrls!.local[0]!;
		const probe = await fetch(`${address}probe.gz`, { method: 'HEAD' });
		expect(probe.headers.get('content-encoding')).toBe('gzip');
		const { page, complaints } = await newVisitor(browser);
		await page.goto(`${address}?backend=wasm`);
		await engineReady(page);
		await explore(page);
		await offlineReady(page);
		expect(complaints).toEqual([]);
		await page.context().close();
		await server.close();
	});
});
