/** Opens a view on a fake engine, as a reader finds it once the engine has answered. */
import axe from 'axe-core';
import { mount, unmount, type Component } from 'svelte';
import { expect, vi } from 'vitest';
import '../../../src/app.css';
import { Explorer } from '../../../src/state/explorer.svelte';
import { FakeEngine, type FakeOptions } from '../../fakes/engine';
import Room from './Room.svelte';

let leave: (() => void) | null = null;

export interface Opened {
	explorer: Explorer;
	engine: FakeEngine;
}

export async function openRoom(
	view: Component,
	hash: string,
	options: FakeOptions = {}
): Promise<Opened> {
	history.replaceState(null, '', hash);
	const engine = new FakeEngine({ layers: 3, dSae: 64, k: 6, context: 64, ...options });
	const explorer = new Explorer({ engine: engine.calls, pack: location.href, backend: null });
	const room = mount(Room, { target: document.body, props: { explorer, view } });
	const stop = explorer.start();
	leave = () => {
		stop();
		void unmount(room);
		history.replaceState(null, '', '#');
	};
	const settled = () => {
		expect(explorer.model.ready).toBe(true);
		expect(explorer.reading.busy || explorer.steering.busy).toBe(false);
		expect(explorer.reading.source).toBe('engine');
	};
	await vi.waitFor(settled, 10_000);
	return { explorer, engine };
}

export function leaveRoom(): void {
	leave?.();
	leave = null;
}

/** Findings that keep people out, one line each. */
export async function barriers(): Promise<string[]> {
	const { violations } = await axe.run(document.body, { resultTypes: ['violations'] });
	return violations
		.filter(({ impact }) => impact === 'serious' || impact === 'critical')
		.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
}
