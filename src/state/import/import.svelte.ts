/** A model or SAEs that a reader brings: looked through, completed, chosen from, and made into a pack. */
import {
	NO_OVERRIDES,
	type BuildRequest,
	type ImportSource,
	type SaeOverrides,
	type StoredDtype
} from '../../core/import/build-request';
import type { ImportListing, ListedSae, ListedModel } from '../../core/import/listing';
import type { PackInfo } from '../../core/packs/info';
import { placeOf } from '../../core/names/site';
import type { Imported } from '../../core/packs/stored';
import type { Engine } from '../../core/engine';
import { Pace } from '../calls/pace';
import type { Packs } from '../packs/packs.svelte';
import { Task } from '../calls/task.svelte';

interface Look {
	source: ImportSource;
	stated: Record<string, SaeOverrides>;
}

/** SAEs on another host that are taken unless a reader leaves them out. */
const FEW = 6;

export class ModelImport {
	readonly looking: Task<Look, ImportListing>;
	readonly making: Task<BuildRequest, Imported>;
	/** Told of every order that is begun, and when it has been carried out. */
	onBuild: (order: BuildRequest) => void = () => undefined;
	onBuilt: () => void = () => undefined;
	source = $state.raw<ImportSource | null>(null);
	/** What the reader said of SAEs, by their paths. */
	stated = $state.raw<Record<string, SaeOverrides>>({});
	/** Paths of the SAEs that are not wanted. */
	leftOut = $state.raw<ReadonlySet<string>>(new Set());
	dtype = $state<StoredDtype>('f32');
	/** As the reader wrote it; null: as it is proposed. */
	named = $state<string | null>(null);
	/** Bytes a second while a pack is made; null at its beginning. */
	rate = $state.raw<number | null>(null);
	/** The model's path in the source, or the hash of the stored pack that gets the SAEs; null: as proposed. */
	#target = $state.raw<BuildRequest['model'] | null>(null);
	readonly #packs: Packs;
	readonly #open: () => PackInfo | null;

	/** `open`: the pack that is open. */
	constructor(engine: Engine, packs: Packs, open: () => PackInfo | null) {
		this.#packs = packs;
		this.#open = open;
		this.looking = new Task(({ source, stated }, watch) =>
			engine.listImport({ source, overrides: stated }, watch)
		);
		this.making = new Task(async (order, { signal, onProgress }) => {
			this.onBuild(order);
			const pace = new Pace();
			this.rate = null;
			const made = await engine.buildPack(order, {
				signal,
				onProgress: (progress) => {
					this.rate = progress.total > 0 ? pace.at(progress.done, performance.now()) : null;
					onProgress(progress);
				}
			});
			this.onBuilt();
			return made;
		});
	}

	get found(): ImportListing | null {
		return this.looking.value;
	}

	/** Looks through a source, in place of the one before. A pack is imported as it is. */
	async begin(source: ImportSource): Promise<void> {
		if (this.making.busy) return;
		this.clear();
		this.source = source;
		await this.looking.start({ source, stated: {} });
		const { found } = this;
		// What would have to be fetched is chosen one by one; a few are taken for granted.
		if (source.kind === 'remote' && found && found.saes.length > FEW)
			this.leftOut = new Set(found.saes.map(({ path }) => path));
		if (found?.isPack && source.kind === 'files')
			await this.#packs.start({ kind: 'import', chosen: source.chosen });
	}

	/** Takes up what the reader says of an SAE, and looks again. */
	async state(path: string, fact: Partial<SaeOverrides>): Promise<void> {
		const { source } = this;
		if (!source) return;
		const before = this.stated[path] ?? NO_OVERRIDES;
		this.stated = { ...this.stated, [path]: { ...before, ...fact } };
		await this.looking.start({ source, stated: this.stated });
	}

	clear(): void {
		this.looking.clear();
		this.making.clear();
		this.source = null;
		this.stated = {};
		this.leftOut = new Set();
		this.named = null;
		this.#target = null;
	}

	want(path: string, wanted: boolean): void {
		const next = new Set(this.leftOut);
		if (wanted) next.delete(path);
		else next.add(path);
		this.leftOut = next;
	}

	/** What is made: the model in the source, or a stored pack with more SAEs. */
	get target(): BuildRequest['model'] | null {
		const [first] = this.found?.models ?? [];
		if (this.#target) return this.#target;
		if (first) return { path: first.path };
		const known = this.#packs.report.value?.packs ?? [];
		const open = this.#open();
		const base = known.find(({ hash }) => hash === open?.hash) ?? known[0];
		return base ? { pack: base.hash } : null;
	}

	set target(target: BuildRequest['model'] | null) {
		this.#target = target;
	}

	readonly model: ListedModel | null = $derived.by(() => {
		const { target, found } = this;
		if (!target || !('path' in target)) return null;
		return found?.models.find(({ path }) => path === target.path) ?? null;
	});

	/** SAEs that can be taken: known, or to be known once they are read. */
	readonly usable: ListedSae[] = $derived(
		(this.found?.saes ?? []).filter((sae) => this.misfit(sae) === null)
	);

	readonly chosen: ListedSae[] = $derived(
		this.usable.filter(({ path }) => !this.leftOut.has(path))
	);

	/** About how many bytes the pack adds to what is stored. */
	readonly bytes: number = $derived.by(() => {
		const { dtype } = this;
		const saes = this.chosen.map(({ facts, bytes }) => facts?.stored[dtype] ?? bytes);
		return saes.reduce((sum, n) => sum + n, this.model?.stored[dtype] ?? 0);
	});

	/** About how many bytes have to come over the network first; 0 for files on this machine. */
	readonly far: number = $derived.by(() => {
		if (this.source?.kind !== 'remote') return 0;
		return this.chosen.reduce((sum, { bytes }) => sum + bytes, this.model?.bytes ?? 0);
	});

	/** Bytes that the browser still allows; null where it does not say. */
	readonly room: number | null = $derived.by(() => {
		const report = this.#packs.report.value;
		return report && report.quota > 0 ? Math.max(0, report.quota - report.usage) : null;
	});

	readonly title: string = $derived.by(() => {
		if (this.named !== null) return this.named;
		const { found, target } = this;
		if (target && 'pack' in target) {
			const base = this.#packs.report.value?.packs.find(({ hash }) => hash === target.pack);
			return `${base?.title ?? 'Pack'} with ${found?.name ?? 'more SAEs'}`;
		}
		return found?.name ?? '';
	});

	/** What would be made now; null while something is missing. */
	readonly order: BuildRequest | null = $derived.by(() => {
		const { source, target, chosen, dtype } = this;
		const title = this.title.trim();
		if (!source || !target || title === '' || this.looking.busy) return null;
		if ('pack' in target ? chosen.length === 0 : !this.model) return null;
		const saes = chosen.map(({ path }) => ({
			path,
			overrides: this.stated[path] ?? NO_OVERRIDES
		}));
		return { source: pinned(source, this.found), model: target, saes, dtype, title };
	});

	/** Makes the pack; null when it failed or was ended. */
	async make(): Promise<Imported | null> {
		const { order } = this;
		if (!order || this.making.busy) return null;
		await this.making.start(order);
		await this.#packs.look();
		return this.making.answered === order ? this.making.value : null;
	}

	/** Why an SAE cannot be taken, in a sentence; null when it can. */
	misfit({ facts, missing, reason }: ListedSae): string | null {
		if (missing !== null || reason !== null) return reason;
		const shape = this.#shape();
		if (!facts || !shape) return null;
		const place = placeOf(facts.site);
		const isOther = facts.heads === true || place?.kind === 'hidden';
		if (facts.dIn !== shape.dModel && !isOther)
			return `It reads ${facts.dIn} numbers, but the model is ${shape.dModel} wide.`;
		return place && place.kind !== 'embed' && place.layer >= shape.layers
			? `It sits in layer ${place.layer}, which the model does not have.`
			: null;
	}

	/** Of the model that the SAEs go to, where that is known. */
	#shape(): { layers: number; dModel: number } | null {
		const { target } = this;
		const open = this.#open();
		if (target && 'pack' in target) return open?.hash === target.pack ? open : null;
		return this.model;
	}
}

/** On another host: the very commit that was looked at. */
function pinned(source: ImportSource, found: ImportListing | null): ImportSource {
	const address = found?.remote?.pinned;
	return source.kind === 'remote' && address ? { ...source, address } : source;
}
