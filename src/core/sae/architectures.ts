/** The architectures of SAEs that can be read. To add one: its file, and its line here. */
import { gated } from './architectures/gated';
import { jumprelu } from './architectures/jumprelu';
import { kron } from './architectures/kron';
import { standard } from './architectures/standard';
import { topk } from './architectures/topk';
import type { SaeArchitecture } from './architecture';

const KNOWN = [standard, topk, jumprelu, gated, kron] as const;

export type ArchitectureName = (typeof KNOWN)[number]['name'];

export const SAE_ARCHITECTURES: readonly SaeArchitecture<ArchitectureName>[] = KNOWN;

export const saeArchitecture = (name: ArchitectureName): SaeArchitecture<ArchitectureName> =>
	KNOWN.find((one) => one.name === name)!;
