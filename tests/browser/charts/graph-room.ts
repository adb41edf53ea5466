/** Opens a large flow graph on its own, and what tests ask of it. */
import { mount, unmount, type ComponentProps } from 'svelte';
import { expect } from 'vitest';
import { cdp, page } from 'vitest/browser';
import '../../../src/app.css';
import { plantedFlow } from '../../planted-flow';
import GraphPage from './GraphPage.svelte';

export const LARGE = plantedFlow(500, 1500);
let leave: () => void = () => undefined;

interface Cdp {
	send(method: string, params: object): Promise<unknown>;
}
export const browser = cdp() as unknown as Cdp;

export async function open(props: ComponentProps<typeof GraphPage>) {
	const room = mount(GraphPage, { target: document.body, props });
	leave = () => void unmount(room);
	await drawn();
}

export const all = (selector: string, within: ParentNode = document) => [
	...within.querySelectorAll<SVGElement & HTMLElement>(selector)
];
export const one = (selector: string, within?: ParentNode) => all(selector, within)[0]!;
export const transform = (within?: ParentNode) => one('.drawing', within).style.transform;
export const zoom = () => Number(/scale\(([\d.]+)\)/.exec(transform())![1]);
export const node = (id: string) => one(`[data-id="${CSS.escape(id)}"]`);
export const frame = () => one('.viewport').getBoundingClientRect();
export const button = (name: string) => page.getByRole('button', { name, exact: true });
/** Two frames: what was asked for has been drawn. */
export const drawn = () =>
	new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
/** The glide of a button or key is over. */
export async function still() {
	for (let before = ''; before !== transform(); await drawn()) {
		before = transform();
		await new Promise((done) => setTimeout(done, 60));
	}
}
export async function zoomTo(least: number) {
	for (let tries = 0; zoom() < least && tries < 9; tries++) {
		await button('Zoom in').click();
		await still();
	}
	expect(zoom()).toBeGreaterThanOrEqual(least);
}

export async function close(): Promise<void> {
	leave();
	await browser.send('Emulation.setEmulatedMedia', { features: [] });
	scrollTo(0, 0);
}
