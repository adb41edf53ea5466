/** Builds the site if it is older than its sources and serves it as a static host would, in a sub-path. */
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildIfStale, serve } from '../../workers/node/site/serve.mjs';

declare module 'vitest' {
	interface ProvidedContext {
		/** Where the site is served, with a slash at its end. */
		site: string;
	}
}

export default async function setup(project: TestProject): Promise<() => void> {
	if (!buildIfStale()) throw new Error('The site could not be built.');
	const folder = path.resolve(import.meta.dirname, '../../dist');
	if (!existsSync(path.join(folder, 'models/default/pack.json')))
		throw new Error('The site has no default pack: models/default is missing.');
	const server = await serve({ folder, base: '/some/place/' });
	const { port } = server.address() as AddressInfo;
	project.provide('site', `http://127.0.0.1:${port}/some/place/`);
	return () => {
		server.closeAllConnections();
		server.close();
	};
}
