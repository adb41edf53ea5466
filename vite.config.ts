import { createHash } from 'node:crypto';
import { createReadStream, cpSync, existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { VitePWA } from 'vite-plugin-pwa';

const root = import.meta.dirname;

/** The default pack: served as it lies in development, copied into the built site. */
function models(): Plugin {
	return {
		name: 'undercurrent-models',
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
		writeBundle({ dir }) {
			const from = path.join(root, 'models/default');
			if (!existsSync(path.join(from, 'pack.json'))) {
				this.warn('models/default/pack.json is not there: the site is built without a pack.');
				return;
			}
			const pack = JSON.parse(readFileSync(path.join(from, 'pack.json'), 'utf8')) as {
				files: Record<string, unknown>;
			};
			for (const file of ['pack.json', ...Object.keys(pack.files)])
				cpSync(path.join(from, file), path.join(dir!, 'models/default', file));
		}
	};
}

/** sha256 of the default pack's pack.json: a page that has it stored need not ask for it again. */
function packHash(): string | null {
	const file = path.join(root, 'models/default/pack.json');
	return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : null;
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
		globPatterns: ['**/*.{js,css,html,svg,png}', 'assets/worked-example-*.json'],
		// The inference runtime is kept when used; packs are kept by src/storage.
		globIgnores: ['service-worker-routes.js', 'assets/ort*', 'models/**', 'screenshots/**'],
		navigateFallbackDenylist: [/\/models\//],
		runtimeCaching: [
			{
				urlPattern: /\/assets\/ort[^/]+$/,
				handler: 'CacheFirst',
				options: { cacheName: 'undercurrent-runtime' }
			}
		]
	}
});

export default defineConfig({
	base: './',
	define: { __PACK_HASH__: JSON.stringify(packHash()) },
	plugins: [svelte(), models(), pwa],
	worker: { format: 'es', rolldownOptions: { checks: { pluginTimings: false } } },
	optimizeDeps: { exclude: ['onnxruntime-web'] },
	build: {
		target: 'es2023',
		chunkSizeWarningLimit: 1000,
		rolldownOptions: { checks: { pluginTimings: false } }
	},
	server: { host: '127.0.0.1' }
});
