/** The page's address as state: the hash is the one store of what the reader chose. */
import {
	formatAddress,
	parseAddress,
	type AddressState,
	type ParsedAddress,
	type View
} from '../../core/address';

/** Browsers refuse to have the address written too often: one write per this time while dragging. */
const WRITE_MS = 250;
/** After so long without a key what is typed next is another prompt. */
const REST_MS = 2000;

/** What belongs to the view that it was given in. */
const OF_ONE_VIEW = { page: null, list: null, compare: null };

type Choice = Partial<Omit<AddressState, 'view' | 'id'>>;

export class Address {
	/** Called after every change, whoever made it. */
	onChange: () => void = () => undefined;
	#parsed = $state.raw<ParsedAddress>({ state: parseAddress('').state, problems: [] });
	#due: ReturnType<typeof setTimeout> | undefined;
	/** When a prompt was typed last. */
	#typed = -Infinity;

	constructor() {
		this.#read();
	}

	/** Follows the browser's own changes of the address; the answer ends that. */
	listen(): () => void {
		const read = () => {
			this.#read();
			this.onChange();
		};
		addEventListener('hashchange', read);
		addEventListener('pagehide', this.#write);
		return () => {
			removeEventListener('hashchange', read);
			removeEventListener('pagehide', this.#write);
			clearTimeout(this.#due);
		};
	}

	get state(): AddressState {
		return this.#parsed.state;
	}
	get problems(): string[] {
		return this.#parsed.problems;
	}
	get view() {
		return this.state.view;
	}
	get id() {
		return this.state.id;
	}
	get page() {
		return this.state.page;
	}
	get prompt() {
		return this.state.prompt;
	}
	get site() {
		return this.state.site;
	}
	get token() {
		return this.state.token;
	}
	get length() {
		return this.state.length;
	}
	get temperature() {
		return this.state.temperature;
	}
	get topP() {
		return this.state.topP;
	}
	get seed() {
		return this.state.seed;
	}
	get steer() {
		return this.state.steer;
	}
	get paused() {
		return this.state.paused;
	}
	get beside() {
		return this.state.beside;
	}
	get most() {
		return this.state.most;
	}
	get target() {
		return this.state.target;
	}
	get ratherThan() {
		return this.state.ratherThan;
	}
	get method() {
		return this.state.method;
	}
	get nodes() {
		return this.state.nodes;
	}
	get groups() {
		return this.state.groups;
	}
	get note() {
		return this.state.note;
	}
	get find() {
		return this.state.find;
	}
	get by() {
		return this.state.by;
	}
	get against() {
		return this.state.against;
	}
	get within() {
		return this.state.within;
	}
	get maxDensity() {
		return this.state.maxDensity;
	}
	get options() {
		return this.state.options;
	}
	get tRes() {
		return this.state.tRes;
	}
	get tModule() {
		return this.state.tModule;
	}
	get list() {
		return this.state.list;
	}
	get compare() {
		return this.state.compare;
	}
	get lesson() {
		return this.state.lesson;
	}
	get pack() {
		return this.state.pack;
	}

	/** Address of a view with all parameters as they are now, for links; of the report its first page. */
	href(view: View, id: string | null = null, choice: Choice = {}): string {
		return formatAddress({ ...this.state, ...OF_ONE_VIEW, ...choice, view, id });
	}

	/** To another view, as a new step of the browser's history. */
	go(view: View, id: string | null = null, choice: Choice = {}): void {
		this.#write();
		this.#take({ ...this.state, ...OF_ONE_VIEW, ...choice, view, id });
		history.pushState(null, '', formatAddress(this.state));
	}

	/** Changes parameters in place: no new step in the history, and at most a few writes a second. */
	set(choice: Choice): void {
		this.#take({ ...this.state, ...choice });
		this.#due ??= setTimeout(this.#write, WRITE_MS);
	}

	/** Another prompt: a step of its own in the history, unless it goes on with what was typed a moment ago. */
	type(prompt: string): void {
		const now = performance.now();
		const isNew = now - this.#typed > REST_MS;
		this.#typed = now;
		if (!isNew) return this.set({ prompt, token: null });
		this.#write();
		this.#take({ ...this.state, prompt, token: null });
		history.pushState(null, '', formatAddress(this.state));
	}

	/** The whole address with pending changes, for sharing. */
	link(choice: Choice = {}): string {
		this.#write();
		const url = new URL(location.href);
		url.hash = formatAddress({ ...this.state, ...choice });
		return url.href;
	}

	dismiss(): void {
		this.#parsed = { ...this.#parsed, problems: [] };
	}

	#take(state: AddressState): void {
		this.#parsed = { state, problems: [] };
		this.onChange();
	}

	#read(): void {
		clearTimeout(this.#due);
		this.#due = undefined;
		this.#parsed = parseAddress(location.hash);
	}

	readonly #write = (): void => {
		if (this.#due === undefined) return;
		clearTimeout(this.#due);
		this.#due = undefined;
		history.replaceState(history.state, '', formatAddress(this.state));
	};
}
