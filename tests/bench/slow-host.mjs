/** A static host behind a slow line: every byte of every connection passes one token bucket. */
import net from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '../../workers/node/site/serve.mjs';

const PIECE = 16 * 1024;

/**
 * Serves `folder` at `megabits` a second. `bytes()` is what went to the browser so far, headers included;
 * `requests` are the paths asked for.
 * @param {string} folder @param {number} megabits
 */
export async function slowHost(folder, megabits) {
	const server = await serve({ folder });
	const requests = [];
	server.on('request', (request) => requests.push(request.url));
	const perMillisecond = (megabits * 1e6) / 8 / 1000;
	let free = 0;
	let sent = 0;

	/** Waits until the line has carried so many bytes more. */
	async function carry(bytes) {
		const now = performance.now();
		free = Math.max(free, now) + bytes / perMillisecond;
		if (free - now > 1) await sleep(free - now);
	}

	async function pass(from, to) {
		for await (const chunk of from)
			for (let at = 0; at < chunk.length; at += PIECE) {
				const piece = chunk.subarray(at, at + PIECE);
				await carry(piece.length);
				sent += piece.length;
				if (!to.write(piece)) await once(to, 'drain');
			}
		to.end();
	}

	const line = net.createServer((browser) => {
		const host = net.connect(server.address().port, '127.0.0.1');
		const drop = () => {
			browser.destroy();
			host.destroy();
		};
		browser.on('error', drop).on('close', drop).pipe(host);
		host.on('error', drop);
		pass(host, browser).catch(drop);
	});
	line.listen(0, '127.0.0.1');
	await once(line, 'listening');
	return {
		address: `http://127.0.0.1:${line.address().port}/`,
		requests,
		bytes: () => sent,
		close() {
			line.close();
			server.closeAllConnections();
			server.close();
		}
	};
}
