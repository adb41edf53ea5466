/** How sites, SAEs and features are named; `site.ts` reads the names. */

/** A hook name, e.g. `blocks.3.hook_resid_post`. */
export type Site = string;

/** `{site}` or `{site}@{name}`. */
export type SaeId = string;

/** `{SaeId}/{index}`; the index is the row of `W_dec`. */
export type FeatureId = string;
