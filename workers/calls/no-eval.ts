/**
 * Takes away what makes code of text. A page's Content-Security-Policy does not bind its workers, and hosts of static
 * sites rarely let a site send headers; here files of strangers are read.
 */
Reflect.deleteProperty(globalThis, 'eval');
Reflect.deleteProperty(globalThis, 'Function');
for (const kind of [
	() => undefined,
	async () => undefined,
	function* () {
		yield undefined;
	},
	async function* () {
		yield undefined;
	}
])
	Object.defineProperty(Object.getPrototypeOf(kind), 'constructor', { value: null });
