/** Put in by vite.config.ts: the packs that the site was built with. */
declare const __PACKS__: import('./core/packs/site-pack').SitePack[];
