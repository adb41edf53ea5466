import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import manifest from './package.json' with { type: 'json' };
import { CHROMIUM_ARGS, findChromium } from './tests/find-chromium.mjs';

/** Prepared beforehand: a package that is met in the middle of a test would reload it. */
const packages = Object.keys(manifest.dependencies).filter((name) => name !== 'onnxruntime-web');
const executablePath = findChromium() ?? undefined;

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: 'unit',
					environment: 'node',
					include: ['tests/unit/**/*.test.ts', 'tests/fuzz/**/*.test.ts'],
					exclude: ['**/*.svelte.test.ts'],
					// Some run a model: a busy machine is no failure.
					testTimeout: 60_000,
					hookTimeout: 60_000
				}
			},
			{
				test: {
					name: 'golden',
					environment: 'node',
					include: ['tests/golden/**/*.test.ts'],
					testTimeout: 120_000,
					hookTimeout: 120_000
				}
			},
			{
				plugins: [svelte()],
				optimizeDeps: { include: packages, exclude: ['onnxruntime-web'] },
				test: {
					name: 'browser',
					include: ['tests/browser/**/*.test.ts', 'tests/unit/**/*.svelte.test.ts'],
					testTimeout: 30_000,
					browser: {
						enabled: true,
						headless: true,
						screenshotFailures: false,
						provider: playwright({ launchOptions: { executablePath, args: CHROMIUM_ARGS } }),
						instances: [{ browser: 'chromium' }]
					}
				}
			},
			{
				test: {
					name: 'journey',
					environment: 'node',
					include: ['tests/journey/**/*.test.ts'],
					globalSetup: 'tests/journey/setup.ts',
					fileParallelism: false,
					testTimeout: 180_000,
					hookTimeout: 180_000
				}
			}
		]
	}
});
