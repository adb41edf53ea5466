/** The engine's side of the thread: calls that come with a number, which ends them, and a callback for all they tell. */
import type { Carry, Progress } from '../../src/core/calls';

/** What a call tells on its way. */
export interface Report {
	progress?: Progress;
	part?: unknown;
}

export interface Served {
	call(
		name: string,
		request: unknown,
		job: number,
		report: (report: Report) => unknown
	): Promise<unknown>;
	/** Ends the call of this number with an AbortError. */
	cancel(job: number): void;
}

/** The callback has a channel of its own, so a call's answer waits until all that it told has been heard. */
export function serve(carry: Carry): Served {
	const running = new Map<number, AbortController>();
	return {
		async call(name, request, job, report) {
			const controller = new AbortController();
			running.set(job, controller);
			let heard: Promise<unknown> = Promise.resolve();
			const tell = (told: Report) => void (heard = Promise.all([heard, report(told)]));
			try {
				const answer = await carry(name, request, {
					signal: controller.signal,
					onProgress: (progress) => tell({ progress }),
					onPart: (part) => tell({ part })
				});
				await heard;
				return answer;
			} finally {
				running.delete(job);
			}
		},
		cancel(job) {
			running.get(job)?.abort(new DOMException('Cancelled', 'AbortError'));
		}
	};
}
