/** Words of a config, hostile until read: each answer is of the type asked for, or null where there is none. */
export class ConfigFields {
	constructor(readonly fields: Record<string, unknown>) {}

	/** The first of these words that the config has and that is not null. */
	get(...keys: string[]): unknown {
		const key = keys.find((k) => Object.hasOwn(this.fields, k) && this.fields[k] != null);
		return key === undefined ? null : this.fields[key];
	}

	string(...keys: string[]): string | null {
		const value = this.get(...keys);
		return typeof value === 'string' ? value.slice(0, 400) : null;
	}

	number(...keys: string[]): number | null {
		const value = this.get(...keys);
		return typeof value === 'number' && Number.isFinite(value) ? value : null;
	}

	/** A whole number above 0. */
	positiveInteger(...keys: string[]): number | null {
		const value = this.number(...keys);
		return value !== null && Number.isSafeInteger(value) && value > 0 ? value : null;
	}

	boolean(...keys: string[]): boolean | null {
		const value = this.get(...keys);
		return typeof value === 'boolean' ? value : null;
	}

	/** A config within this one; without words where there is none. */
	section(key: string): ConfigFields {
		const value = this.get(key);
		const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
		return new ConfigFields(isObject ? (value as Record<string, unknown>) : {});
	}
}
