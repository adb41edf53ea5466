/** Put in by vite.config.ts: sha256 of the default pack's pack.json, null where there is none. */
declare const __PACK_HASH__: string | null;
