/** The story of the first screen: themes that rewrite it, and the texts stored with them until the engine writes. */
import type { Engine } from '../../core/engine';
import type { Edit } from '../../core/steering/writing';
import { parseThemes, type Theme, type Themes } from '../../core/steering/themes';
import { Stream } from './writing.svelte';

/** Three significant digits: what a dragged slider writes into the address. */
const rounded = (value: number): number => Number(value.toPrecision(3));

/** null when it is not what it should be. */
export async function fetchThemes(address: string): Promise<Themes | null> {
	try {
		const answer = await fetch(address);
		return answer.ok ? parseThemes(await answer.text()) : null;
	} catch {
		return null;
	}
}

export class ThemeStory {
	readonly stream: Stream;
	themes = $state.raw<Themes | null>(null);

	readonly #engine: Engine;
	/** The pack that was asked. */
	#asked: string | null = null;

	constructor(engine: Engine) {
		this.#engine = engine;
		this.stream = new Stream(engine);
	}

	/** Asks an open pack for its themes, once, unless they came with the page. */
	async find(pack: string | null): Promise<void> {
		if (this.themes || pack === null || pack === this.#asked) return;
		this.#asked = pack;
		const found = await this.#engine.themes().catch(() => null);
		if (pack === this.#asked) this.themes = found;
	}

	/** Writes the story under these edits; without any it is the stored one. */
	ask(edits: Edit[]): void {
		if (!this.themes || edits.length === 0) this.stream.clear();
		else
			this.stream.ask({
				text: this.themes.prompt,
				edits,
				tokens: Math.max(this.themes.plain.length, 1),
				temperature: 0,
				topP: 1,
				seed: 0
			});
	}

	clear(): void {
		this.stream.clear();
		this.themes = null;
		this.#asked = null;
	}

	/** What stands there: the engine's, or what is stored of the strongest theme. */
	tokens(edits: Edit[]): string[] {
		if (!this.themes) return [];
		if (edits.length > 0 && this.stream.tokens.length > 0) return this.stream.tokens;
		const chosen = strongest(this.themes.themes, edits);
		return chosen ? chosen.steered : this.themes.plain;
	}
}

/** How strong a theme is among edits, 1 being its dose: that of its first feature. */
export function strengthOf({ edits: own }: Theme, edits: Edit[]): number {
	const first = own[0]!;
	const edit = edits.find(({ id, mode }) => id === first.id && mode === 'add');
	return edit ? edit.value / first.value : 0;
}

/** The theme that is strongest, if any is. */
export function strongest(themes: Theme[], edits: Edit[]): Theme | null {
	const most = themes.reduce((a, b) => (strengthOf(b, edits) > strengthOf(a, edits) ? b : a));
	return strengthOf(most, edits) > 0 ? most : null;
}

/** The edits with one theme at a strength; at 0 without its features. */
export function withTheme({ edits: own }: Theme, strength: number, edits: Edit[]): Edit[] {
	const others = edits.filter(({ id }) => !own.some((edit) => edit.id === id));
	if (strength === 0) return others;
	return [...others, ...own.map((edit) => ({ ...edit, value: rounded(edit.value * strength) }))];
}
