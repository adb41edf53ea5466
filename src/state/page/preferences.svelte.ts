/** What the reader likes, kept on this machine only. */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
const KEY = 'undercurrent-theme';

export class Preferences {
	#theme = $state<Theme>(stored());
	/** For a class: large type, and one view alone. Ends with the page. */
	#presenting = $state(false);

	constructor() {
		this.#apply();
	}

	get theme(): Theme {
		return this.#theme;
	}

	set theme(theme: Theme) {
		this.#theme = theme;
		this.#apply();
		try {
			localStorage.setItem(KEY, theme);
		} catch {
			// Storage may be forbidden; the theme then lasts as long as the page.
		}
	}

	get presenting(): boolean {
		return this.#presenting;
	}

	set presenting(presenting: boolean) {
		this.#presenting = presenting;
		document.documentElement.toggleAttribute('data-presenting', presenting);
	}

	/** auto → light → dark → auto. */
	nextTheme(): void {
		this.theme = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length]!;
	}

	#apply(): void {
		if (this.#theme === 'auto') delete document.documentElement.dataset.theme;
		else document.documentElement.dataset.theme = this.#theme;
	}
}

function stored(): Theme {
	try {
		return THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'auto';
	} catch {
		return 'auto';
	}
}
