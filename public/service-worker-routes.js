/*
 * Part of the service worker. Chromium may ask the network for a page while it starts the service worker,
 * and throw the answer away: a visit to a stored page would still be seen by the host. A route that names
 * its source turns that off (https://w3c.github.io/ServiceWorker/#service-worker-static-router).
 */
self.addEventListener('install', (event) => {
	event.addRoutes?.([{ condition: { requestMode: 'navigate' }, source: 'fetch-event' }]);
});

/*
 * Threads share memory, which browsers allow to pages that are cross-origin isolated alone, and few static hosts let
 * a site say so: what the service worker answers to a page or a worker says it here
 * (https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-isolation). `require-corp` and not
 * `credentialless`, which fewer browsers know: the page loads nothing from elsewhere but by CORS, which both allow.
 */
const ISOLATION = {
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-embedder-policy': 'require-corp'
};
const ISOLATED = new Set(['document', 'iframe', 'worker', 'sharedworker']);

/** The same answer, isolated. What cannot be read (an error, an opaque answer) stays as it is. */
function isolated(response) {
	if (response.type === 'error' || response.status === 0 || response.type.startsWith('opaque'))
		return response;
	const headers = new Headers(response.headers);
	for (const [name, value] of Object.entries(ISOLATION)) headers.set(name, value);
	const { status, statusText } = response;
	const body = status === 204 || status === 205 || status === 304 ? null : response.body;
	return new Response(body, { status, statusText, headers });
}

// Runs before Workbox's own listener, whose answer it passes on.
self.addEventListener('fetch', (event) => {
	if (!ISOLATED.has(event.request.destination)) return;
	const respond = event.respondWith.bind(event);
	event.respondWith = (answer) => respond(Promise.resolve(answer).then(isolated));
});
