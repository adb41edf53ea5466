/** The laboratory's methods: what each was asked, how far it is, and what it has found with the open pack. */
import type { Engine } from '../../core/engine';
import type { Found, Given } from '../../core/lab/method';
import { settingsOf, type Options, type Settings, type Surroundings } from '../../core/lab/method';
import { METHOD_NAMES, METHODS, type MethodName } from '../../core/lab/methods';
import { AskedTask } from '../calls/asked-task.svelte';
import { asError } from '../calls/resource.svelte';

type AnySettings = Settings<Options>;
/** What the engine does for any of them. */
type Work = (settings: AnySettings, watch: object) => Promise<Found>;

/** Time for the next key or the next step of a slider before a method begins by itself. */
const PAUSE_MS = 400;

export class Experiment extends AskedTask<AnySettings, Found> {
	/** What its options are set to; null where one of them cannot be. */
	settings = $state.raw<AnySettings | null>(null);
	/** Why they cannot be. */
	wrong = $state.raw<Error | null>(null);
	/** Texts of the reader's own, by option: no address holds them. */
	files = $state.raw<Given>({});
	/** Everything found, so that nothing is computed twice. */
	readonly #known: Map<string, Found>;

	constructor(
		engine: Engine,
		readonly name: MethodName
	) {
		const known = new Map<string, Found>();
		super(PAUSE_MS, async (settings, watch) => {
			const key = JSON.stringify(settings);
			const work = engine[`lab:${name}`] as unknown as Work;
			const found = known.get(key) ?? (await work(settings, watch));
			known.set(key, found);
			return found;
		});
		this.#known = known;
	}

	/** Follows what is set; a method that is quick begins by itself, and one that found this before shows it. */
	follow(given: Given, around: Surroundings): void {
		const method = METHODS[this.name];
		try {
			this.settings = settingsOf(method.options, { ...given, ...this.files }, around);
			this.wrong = null;
		} catch (error) {
			this.settings = null;
			this.wrong = asError(error);
			return;
		}
		if ('live' in method || this.#known.has(JSON.stringify(this.settings))) this.ask(this.settings);
	}

	/** Whether what is shown is all that there is to find, and not what was found before somebody stopped it. */
	get finished(): boolean {
		return this.value !== null && this.#known.has(JSON.stringify(this.answered));
	}

	/** Begins with what is set, at once. */
	begin(): void {
		const { settings } = this;
		if (settings === null) return;
		this.asked = settings;
		void this.start(settings);
	}

	override clear(): void {
		super.clear();
		this.#known.clear();
	}
}

export class Laboratory {
	readonly methods: ReadonlyMap<MethodName, Experiment>;

	constructor(engine: Engine) {
		this.methods = new Map(METHOD_NAMES.map((name) => [name, new Experiment(engine, name)]));
	}

	clear(): void {
		for (const method of this.methods.values()) method.clear();
	}
}
