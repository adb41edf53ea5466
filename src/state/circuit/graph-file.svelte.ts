/** A graph opened from a file, and what the reader adds to it: names of groups, pins, a note. They go into the saved file. */
import type { GraphNotes } from '../../core/circuit/graph-file/graph-writing';
import type { AttributionGraph } from '../../core/circuit/graph-file/graph-file';
import type { Engine } from '../../core/engine';
import { Task } from '../calls/task.svelte';

export class GraphFile extends Task<File, AttributionGraph> {
	/** Of the file. */
	name = $state('');
	notes = $state.raw<GraphNotes>({ pins: [], supernodes: [], note: '' });

	constructor(engine: Engine) {
		super((file, { signal, onProgress }) => engine.openGraph({ file }, { signal, onProgress }));
	}

	/** Opens a file in place of the one before. */
	async open(file: File): Promise<void> {
		this.close();
		this.name = file.name;
		await this.start(file);
		const { value } = this;
		if (!value) return;
		const { pins, supernodes, note } = value;
		this.notes = { pins, supernodes, note };
	}

	/** Pins a node, or unpins it. */
	pin(id: string): void {
		const { pins } = this.notes;
		const without = pins.filter((one) => one !== id);
		this.note({ pins: without.length < pins.length ? without : [...pins, id] });
	}

	note(change: Partial<GraphNotes>): void {
		this.notes = { ...this.notes, ...change };
	}

	/** Back to the circuit of the prompt. */
	close(): void {
		this.clear();
		this.name = '';
		this.notes = { pins: [], supernodes: [], note: '' };
	}
}
