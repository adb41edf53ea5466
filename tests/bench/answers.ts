/** A worker of the benchmark answers calls one by one: `{ method, argument }` to `{ value }` or `{ error }`. */
type Method = (argument: never) => unknown;

export function answer(methods: Record<string, Method>): void {
	self.onmessage = async ({ data }: MessageEvent<{ method: string; argument: never }>) => {
		try {
			self.postMessage({ value: await methods[data.method]!(data.argument) });
		} catch (error) {
			self.postMessage({ error: error instanceof Error ? error.message : String(error) });
		}
	};
}
