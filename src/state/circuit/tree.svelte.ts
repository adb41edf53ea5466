/** A contribution tree, opened where the reader opens it. */
import type { ContributionTree, TreeRequest, TreeRoot, TreeWay } from '../../core/circuit/tree';
import type { Engine } from '../../core/engine';
import { Resource } from '../calls/resource.svelte';

/** Parts of a node that are shown one by one. */
const TOP = 10;

export class TreeTask extends Resource<TreeRequest, ContributionTree> {
	constructor(engine: Engine) {
		super((request, signal) => engine.tree(request, { signal }));
	}

	/** Begins with another root, opened once. */
	start(text: string, root: TreeRoot): void {
		const way: TreeWay = 'head' in root ? 'pairs' : 'writers';
		const isStream = !('id' in root) || /hook_resid_(post|pre)/.test(root.id);
		const first: TreeWay = isStream
			? way
			: /attn/.test((root as { id: string }).id)
				? 'heads'
				: 'gates';
		void this.ask({ text, root, open: { '': first }, top: TOP });
	}

	/** Opens a node, in place of how it was opened before; closes it for null, and all below it. */
	open(path: string, way: TreeWay | null): void {
		if (!this.asked) return;
		const below = path === '' ? '' : `${path}/`;
		const kept = Object.entries(this.asked.open).filter(
			([other]) => other !== path && !other.startsWith(below)
		);
		const open = Object.fromEntries([...kept, ...(way === null ? [] : [[path, way] as const])]);
		void this.ask({ ...this.asked, open });
	}
}
