/*
 * Part of the service worker. Chromium may ask the network for a page while it starts the service worker,
 * and throw the answer away: a visit to a stored page would still be seen by the host. A route that names
 * its source turns that off (https://w3c.github.io/ServiceWorker/#service-worker-static-router).
 */
self.addEventListener('install', (event) => {
	event.addRoutes?.([{ condition: { requestMode: 'navigate' }, source: 'fetch-event' }]);
});
