/** Themes of a pack in a folder: measured again, or made of ideas and kept. */
import { parseText, list, object, text, textUpTo } from '../../../src/core/files/json';
import { Problem } from '../../../src/core/names/errors';
import { parseEdit } from '../../../src/core/steering/edits';
import { themesJson } from '../../../src/core/steering/themes';
import type { Workbench } from '../../packs/open-pack';
import { makeThemes, ThemeMeter, type ThemeIdea } from '../../steering/themes';
import { readText } from '../corpus/text-file';
import { addJsonFile } from './add-json-file';
import { say } from '../plain-output';

/** The story on the first screen begins so. */
const STORY = 'Once upon a time there was a little girl who';

/** What the pack's themes do, measured anew. Throws a Problem where it has none. */
export async function measuredThemes(bench: Workbench): Promise<unknown> {
	const stated = await bench.themes();
	if (!stated)
		throw new Problem(
			'pack-missing',
			'This pack brings no themes.',
			'Make some: models/recipe/themes.py searches for ideas, and --ideas FILE doses them.'
		);
	const meter = new ThemeMeter(bench);
	const out = [];
	for (const theme of stated.themes) {
		const measured = await meter.measure(theme);
		say(`${theme.name}: ${JSON.stringify(measured)}`);
		out.push({ ...theme, measured });
	}
	return themesJson({ ...stated, themes: out });
}

/** Doses the ideas of a file, measures them, and puts them into the pack. */
export async function keptThemes(
	bench: Workbench,
	folder: string,
	file: string,
	prompt = STORY
): Promise<unknown> {
	const ideas = parseIdeas(await readText(file, '--ideas'));
	const made = themesJson(await makeThemes(ideas, prompt, bench, say));
	await addJsonFile(folder, 'themes', 'themes.json', made);
	return made;
}

function parseIdeas(json: string): ThemeIdea[] {
	const idea = object({
		name: textUpTo(40),
		words: list(textUpTo(40), 200),
		edits: list((value, at) => {
			const edit = parseEdit(text(value, at));
			if (edit?.mode === 'add') return edit;
			throw new Problem('usage', `${at} is no strength to add.`, 'Write FEATURE_ID=add:6.');
		}, 16)
	});
	return parseText(
		json,
		list(idea, 24),
		'The file of ideas',
		'Make it with models/recipe/themes.py.'
	);
}
