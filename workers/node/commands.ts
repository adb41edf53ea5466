/** The commands of the README's table, each a thin layer over the engine. */
import type { Edit } from '../../src/core/steering/writing';
import type { TokenProbability } from '../../src/core/names/tokens';
import { Problem } from '../../src/core/names/errors';
import { parseEdit } from '../../src/core/steering/edits';
import { SEARCH_WAYS } from '../../src/core/search/search';
import { QUICK, WHOLE } from '../../src/core/experiments/reproduction';
import type { ReadingPart } from '../../src/core/prompt/reading';
import { usage } from './arguments';
import { bytesIn } from './bytes';
import { circuitCommands } from './circuit/commands';
import { open, said, type Command } from './command';
import { workedExample } from './example';
import { FolderSource } from './folders/pack-source';
import { labelFiles } from './label-files';
import { addJsonFile } from './folders/add-json-file';
import { packFolders } from './folders/pack';
import { say } from './plain-output';
import { siteJson } from './site-json';
import { keptThemes, measuredThemes } from './folders/themes';
import { mergeShards, textStatistics } from './corpus/statistics';
import { readText } from './corpus/text-file';
import { undo } from './fit';
import { labCommands } from './lab';
import { trainFolder } from './train';

const read: Command = {
	options: ['pack', 'text', 'top'],
	async run(args) {
		const text = args.need('text');
		const top = args.whole('top', 8, 1);
		const { engine } = await open(args);
		const sites: Record<string, unknown> = {};
		let tokens: { text: string; id: number }[] = [];
		let next: TokenProbability[] = [];
		const onPart = (part: ReadingPart) => {
			if (part.kind === 'tokens') {
				tokens = part.tokens;
				if (part.leftOut.length > 0)
					say(`The last ${part.leftOut.length} tokens do not fit and are left out.`);
			} else if (part.kind === 'next') next = part.next;
			else sites[part.site.sae] = siteJson(part.site, top);
		};
		await engine.read({ text }, { onPart });
		return { tokens: tokens.map((t) => t.text), ids: tokens.map((t) => t.id), sites, next };
	}
};

const write: Command = {
	options: ['pack', 'text', 'tokens', 'temperature', 'top-p', 'seed', 'steer'],
	async run(args) {
		const request = {
			text: args.need('text'),
			tokens: args.whole('tokens', 40, 1),
			temperature: args.number('temperature', 0),
			topP: args.number('top-p', 1),
			seed: args.whole('seed', 0),
			edits: args.all('steer').map(edit)
		};
		if (request.temperature < 0) throw usage('--temperature must not be below 0');
		if (!(request.topP > 0 && request.topP <= 1))
			throw usage('--top-p must lie above 0 and up to 1');
		const { engine } = await open(args);
		const { text, ids, tokens, stop } = await engine.write(request);
		if (stop === 'context full') say('The context is full: the text ends early.');
		return { text, ids, tokens };
	}
};

function edit(text: string): Edit {
	const parsed = parseEdit(text);
	if (parsed) return parsed;
	throw usage(
		`--steer "${text.slice(0, 80)}" is not of the form FEATURE_ID=add:6 (add, set, scale, ablate)`
	);
}

const feature: Command = {
	options: ['pack', 'id'],
	async run(args) {
		const id = args.need('id');
		const { engine } = await open(args);
		return engine.feature(id);
	}
};

const dose: Command = {
	options: ['pack', 'id'],
	async run(args) {
		const id = args.need('id');
		const { engine } = await open(args);
		const { add, kl, perplexityRatio } = await engine.dose(id);
		return { add, kl, perplexity_ratio: perplexityRatio };
	}
};

const themes: Command = {
	options: ['pack', 'ideas', 'text'],
	async run(args) {
		const ideas = args.get('ideas');
		const { local } = await open(args);
		const bench = local.bench();
		if (ideas === undefined) return measuredThemes(bench);
		return keptThemes(bench, args.need('pack'), ideas, args.get('text'));
	}
};

const flow: Command = {
	options: ['pack', 'id', 't-res', 't-module'],
	async run(args) {
		const request = {
			id: args.need('id'),
			tRes: args.number('t-res'),
			tModule: args.number('t-module')
		};
		const { engine } = await open(args);
		return engine.flow(request);
	}
};

const origins: Command = {
	options: ['pack', 'site'],
	async run(args) {
		const site = args.need('site');
		const { engine } = await open(args);
		return engine.origins(site);
	}
};

const report: Command = {
	options: ['pack'],
	flags: ['measure'],
	async run(args) {
		const { pack } = await FolderSource.open(args.need('pack'));
		const rows = pack.saes.map((sae) => ({
			sae: sae.id,
			site: sae.site,
			d_in: sae.cfg.dIn,
			d_sae: sae.cfg.dSae,
			architecture: sae.cfg.architecture,
			...(sae.metrics ?? {})
		}));
		if (!args.get('measure')) return rows;
		const { engine } = await open(args);
		const { saes } = await engine.remeasure(
			undefined,
			said(({ what }) => `measuring ${what}`)
		);
		return rows.map((row) => {
			const found = saes.find(({ sae }) => sae === row.sae);
			const { measured = null, stated = null, worst = null } = found ?? {};
			return { ...row, measured, stated, worst };
		});
	}
};

const reproduction: Command = {
	options: ['pack', 'seed'],
	flags: ['quick', 'keep'],
	async run(args) {
		const { engine } = await open(args);
		const settings = { ...(args.get('quick') ? QUICK : WHOLE), seed: args.whole('seed', 1) };
		const found = await engine.reproduce(
			settings,
			said(({ what, done, total }) => `${what} ${done} of ${total}`)
		);
		if (args.get('keep'))
			await addJsonFile(args.need('pack'), 'reproduction', 'reproduction.json', found);
		return found;
	}
};

const verdict: Command = {
	options: ['pack', 'text', 'sae', 'apply'],
	async run(args) {
		const file = args.get('text');
		const text = file === undefined ? null : await readText(file, '--text');
		const apply = args.get('apply');
		const chosen = [...args.all('sae'), ...args.all('apply')];
		const { engine } = await open(args);
		const request = { text, saes: chosen.length > 0 ? [...new Set(chosen)] : null };
		const found = await engine.fit(
			request,
			said(({ what }) => `measuring ${what}`)
		);
		if (apply === undefined) return found;
		return { ...found, applied: await undo(args.need('pack'), found, apply) };
	}
};

const verify: Command = {
	options: ['pack'],
	async run(args) {
		const source = await FolderSource.open(args.need('pack'));
		const files = Object.keys(source.pack.files);
		for (const file of files) await source.bytes(file);
		const { engine, local, opened } = await open(args);
		const bench = local.bench();
		await bench.saes(source.pack.saes.map((s) => s.id));
		for (const { id } of source.pack.saes) {
			await bench.statistics(id);
			await bench.labels(id);
		}
		const test = (await engine.selfTest()) ?? opened.selfTest;
		if (!test.ok)
			throw new Problem(
				'self-test',
				`The pack's numbers are not those it was made with. ${test.sentence}`,
				'Copy the pack again from where it came from.'
			);
		return { ok: true, files: files.length, saes: source.pack.saes.length, self_test: test };
	}
};

const pack: Command = {
	options: ['model', 'sae', 'out', 'corpus', 'dtype', 'max-file', 'pack', 'shard', 'merge'],
	flags: ['stats'],
	async run(args) {
		const shards = args.all('merge');
		if (shards.length > 0) return mergeShards(args.get('pack') ?? args.need('out'), shards);
		const stats = args.get('stats') !== undefined;
		const shard = (stats && args.get('shard')) || null;
		const corpus = stats ? args.need('corpus') : (args.get('corpus') ?? null);
		const out = args.get('out') ?? null;
		const old = args.get('pack');
		if (old !== undefined) {
			if (!stats) throw usage('--pack needs --stats or --merge');
			return textStatistics({ pack: old, corpus: corpus!, saes: args.all('sae'), shard, out });
		}
		const limit = args.get('max-file');
		const made = await packFolders({
			model: args.need('model'),
			saes: args.all('sae'),
			out: args.need('out'),
			corpus: shard === null ? corpus : null,
			dtype: args.get('dtype') ?? 'f32',
			maxFile: limit === undefined ? undefined : bytesIn(limit, '--max-file')
		});
		if (shard === null) return made;
		return textStatistics({ pack: out!, corpus: corpus!, saes: [], shard, out });
	}
};

const example: Command = {
	options: ['pack', 'text', 'steer'],
	async run(args) {
		const { local } = await open(args);
		args.all('steer').forEach(edit);
		const made = await workedExample(local, args.need('text'), args.all('steer'));
		await addJsonFile(args.need('pack'), 'worked_example', 'worked-example.json', made);
		return { plain: made.write.plain, steered: made.write.steered, steer: made.write.steer };
	}
};

const search: Command = {
	options: ['pack', 'text', 'by', 'against', 'like', 'sae', 'max-density', 'top'],
	async run(args) {
		const wanted = args.get('by');
		const by = SEARCH_WAYS.find((way) => way === wanted);
		if (wanted !== undefined && !by) throw usage(`--by is one of ${SEARCH_WAYS.join(', ')}`);
		const like = args.get('like');
		const request = {
			...{ by, like, text: like === undefined ? args.need('text') : args.get('text') },
			...{ against: args.get('against'), sae: args.get('sae') },
			...{ maxDensity: args.number('max-density'), top: args.whole('top', 20, 1) }
		};
		const { engine } = await open(args);
		const found = await engine.search(request);
		return found.map(({ id, score, why }) => ({ id, score, why }));
	}
};

const labels: Command = {
	options: ['pack', 'import', 'export', 'form', 'sae'],
	flags: ['own'],
	run: (args) => labelFiles(args, async () => (await open(args)).engine)
};

const train: Command = {
	options: ['pack', 'site', 'corpus', 'features', 'k', 'tokens', 'seed', 'out'],
	flags: ['control'],
	run: (args) => trainFolder(args, async () => (await open(args)).local.bench())
};

export const COMMANDS: Record<string, Command> = {
	read,
	...circuitCommands,
	write,
	feature,
	search,
	labels,
	dose,
	themes,
	flow,
	origins,
	report,
	reproduce: reproduction,
	verdict,
	verify,
	pack,
	train,
	example,
	...labCommands(open, said)
};
