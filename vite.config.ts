import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';
import { parsePack } from './src/core/packs/manifest';
import type { SitePack } from './src/core/packs/site-pack';
import { publications, publish, sitePack } from './workers/node/site/publish';
import { publishedRuntimes, writeRuntimes } from './workers/node/site/runtime';

const root = import.meta.dirname;
/** Bytes of the longest file that the site's host takes. */
const limit = Number(process.env.UNDERCURRENT_MAX_FILE ?? Infinity);

/** The packs of the built site: those that the build was given (`workers/node/site/build.ts`), else ours. */
function folders(): string[] {
	const given = process.env.UNDERCURRENT_PACKS;
	if (given) return given.split(path.delimiter);
	const ours = ['default', 'smollm2'].map((name) => path.join(root, 'models', name));
	return ours.filter((folder) => existsSync(path.join(folder, 'pack.json')));
}

/** Served as they lie in development, where nothing needs to be cut; as hosts can bear them in the built site. */
function models(command: 'build' | 'serve'): Plugin {
	const packs = command === 'build' ? publications(folders(), limit) : [];
	const asset = (from: string, file: string | null, name: string) => {
		const source = file === null ? null : readFileSync(path.join(from, file));
		return source && { fileName: `assets/${name}-${digest(source).slice(0, 8)}.json`, source };
	};
	const examples = packs.map(({ from, pack }) => asset(from, pack.workedExample, 'worked-example'));
	const themes = packs.map(({ from, pack }) => asset(from, pack.themes, 'themes'));
	const told = packs.map((pack, i) =>
		sitePack(pack, examples[i]?.fileName ?? null, themes[i]?.fileName ?? null)
	);
	return {
		name: 'undercurrent-models',
		config: () => ({
			define: { __PACKS__: JSON.stringify(command === 'build' ? told : inDevelopment()) }
		}),
		configureServer(server) {
			// Vite's own file server would announce `.gz` files as compressed in transit.
			server.middlewares.use('/models', (request, response) => {
				const name = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname);
				const file = path.join(root, 'models', path.normalize(name));
				if (!existsSync(file) || !statSync(file).isFile()) {
					response.writeHead(404).end();
					return;
				}
				response.setHeader('content-type', 'application/octet-stream');
				response.setHeader('content-length', statSync(file).size);
				createReadStream(file).pipe(response);
			});
		},
		generateBundle() {
			if (packs.length === 0)
				this.warn('models/default/pack.json is not there: the site is built without a pack.');
			for (const file of [...examples, ...themes])
				if (file) this.emitFile({ type: 'asset', ...file });
		},
		async writeBundle({ dir }) {
			for (const pack of packs) await publish(pack, dir!);
		}
	};
}

/** The inference runtime: what it must be, and its builds in parts where they are longer than the limit. */
function runtime(command: 'build' | 'serve'): Plugin {
	const published = command === 'build' ? publishedRuntimes(limit) : {};
	return {
		name: 'undercurrent-runtime',
		config: () => ({ define: { __RUNTIME__: JSON.stringify(published) } }),
		async writeBundle({ dir }) {
			await writeRuntimes(published, dir!);
		}
	};
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function inDevelopment(): SitePack[] {
	return folders().map((folder) => {
		const text = readFileSync(path.join(folder, 'pack.json'), 'utf8');
		const pack = parsePack(JSON.parse(text));
		const to = `models/${path.basename(folder)}/`;
		const at = (file: string | null) => file && to + file;
		return sitePack({ to, text, pack }, at(pack.workedExample), at(pack.themes));
	});
}

const pwa = VitePWA({
	strategies: 'generateSW',
	registerType: 'prompt',
	injectRegister: null,
	manifest: {
		name: 'Undercurrent',
		short_name: 'Undercurrent',
		description:
			'An explorer for the features that sparse autoencoders find inside language models.',
		display: 'standalone',
		background_color: '#0d1b24',
		theme_color: '#0d1b24',
		icons: [
			{ src: 'icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
			{ src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
			{ src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'any maskable' }
		]
	},
	workbox: {
		clientsClaim: true,
		importScripts: ['service-worker-routes.js'],
		globPatterns: [
			'**/*.{js,css,html,svg,png}',
			'assets/worked-example-*.json',
			'assets/themes-*.json'
		],
		// The inference runtime is kept when used; packs are kept by workers/storage.
		globIgnores: ['service-worker-routes.js', 'assets/ort*', 'models/**', 'screenshots/**'],
		navigateFallbackDenylist: [/\/models\//],
		runtimeCaching: [
			{
				urlPattern: /\/assets\/ort[^/]+$/,
				handler: 'CacheFirst',
				// What is there is checked by workers/storage/runtime-cache.ts.
				options: { cacheName: 'undercurrent-runtime' }
			}
		]
	}
});

export default defineConfig(({ command }) => ({
	base: './',
	plugins: [svelte(), models(command), runtime(command), pwa],
	worker: { format: 'es', rolldownOptions: { checks: { pluginTimings: false } } },
	optimizeDeps: { exclude: ['onnxruntime-web'] },
	build: {
		target: 'es2023',
		chunkSizeWarningLimit: 1000,
		rolldownOptions: { checks: { pluginTimings: false } }
	},
	server: { host: '127.0.0.1' }
}));
