/** The workflows of GitHub Actions: what they call must be there, and nothing of a stranger's goes into a script. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../package.json' with { type: 'json' };
import { COMMANDS } from '../../workers/node/commands';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FOLDER = path.join(ROOT, '.github/workflows');

interface Step {
	uses?: string;
	run?: string;
}
interface Workflow {
	on: Record<string, { inputs?: Record<string, unknown> } | null>;
	permissions: Record<string, string>;
	jobs: Record<string, { steps: Step[]; needs?: string; permissions?: Record<string, string> }>;
}

const read = (name: string) => parse(readFileSync(path.join(FOLDER, name), 'utf8')) as Workflow;
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

describe.each(readdirSync(FOLDER))('%s', (name) => {
	const workflow = read(name);
	const scripts = stepsOf(workflow).flatMap(({ run }) => run ?? []);

	it('pins what it uses to a major version', () => {
		const used = stepsOf(workflow).flatMap(({ uses }) => uses ?? []);
		expect(used.length).toBeGreaterThan(0);
		expect(used.filter((action) => !/^actions\/[\w-]+@v\d+$/.test(action))).toEqual([]);
	});

	it('runs scripts and commands that are there, with options that they know', () => {
		for (const script of scripts) {
			for (const [, called] of script.matchAll(/npm run (?:-s )?([\w:]+)/g))
				expect(Object.keys(manifest.scripts)).toContain(called);
			for (const [, command, rest] of script.matchAll(/cli -- (\w+)((?:.*\\\n)*.*)/g)) {
				expect(Object.keys(COMMANDS)).toContain(command);
				const known = [...COMMANDS[command!]!.options, 'json'];
				for (const [, option] of rest!.matchAll(/--([\w-]+)/g)) expect(known).toContain(option);
			}
			for (const [, file] of script.matchAll(/^(\.[\w/]+)$/gm))
				expect(existsSync(path.join(ROOT, file!))).toBe(true);
		}
	});

	it('puts no input into the text of a script', () => {
		expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
	});

	it('may write nothing but where it says so', () => {
		expect(workflow.permissions).toEqual({ contents: 'read' });
	});
});

describe('publish', () => {
	const workflow = read('publish.yml');

	it('takes the same inputs by hand and from another workflow', () => {
		const { workflow_dispatch: byHand, workflow_call: called } = workflow.on;
		expect(byHand!.inputs).toEqual(called!.inputs);
		expect(Object.keys(byHand!.inputs!)).toContain('model_revision');
	});

	it('packs, then builds, then deploys what was built', () => {
		const all = workflow.jobs.build!.steps.map(({ run, uses }) => run ?? uses!).join('\n');
		const order = [
			'npm ci',
			'resolve/$MODEL_REVISION',
			'cli -- pack',
			'build -- --pack',
			'upload-pages-artifact'
		];
		const places = order.map((what) => all.indexOf(what));
		expect(places).not.toContain(-1);
		expect(places).toEqual(places.toSorted((a, b) => a - b));
		expect(workflow.jobs.deploy).toMatchObject({
			needs: 'build',
			permissions: { pages: 'write', 'id-token': 'write' },
			steps: [{ uses: expect.stringMatching(/^actions\/deploy-pages@/) }]
		});
	});
});
