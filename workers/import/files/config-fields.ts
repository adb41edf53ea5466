import { parsePythonJson } from './python-json';

/** The fields of a config, hostile until read: each answer has the type that was asked for, or is null. */
export class ConfigFields {
	constructor(readonly fields: Record<string, unknown>) {}

	/** The fields of a value that is an object; null for any other. */
	static of(value: unknown): ConfigFields | null {
		const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
		return isObject ? new ConfigFields(value as Record<string, unknown>) : null;
	}

	/** null where the bytes are not a JSON object. */
	static parse(bytes: Uint8Array): ConfigFields | null {
		try {
			return ConfigFields.of(parsePythonJson(new TextDecoder().decode(bytes)));
		} catch {
			return null;
		}
	}

	/** The first of these fields that exists and is not null. */
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

	positiveInteger(...keys: string[]): number | null {
		const value = this.number(...keys);
		return value !== null && Number.isSafeInteger(value) && value > 0 ? value : null;
	}

	boolean(...keys: string[]): boolean | null {
		const value = this.get(...keys);
		return typeof value === 'boolean' ? value : null;
	}

	/** A config inside this one; without fields where there is none. */
	section(key: string): ConfigFields {
		return ConfigFields.of(this.get(key)) ?? new ConfigFields({});
	}
}
