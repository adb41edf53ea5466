/** The only door to Parquet: tables of named columns, from and to files. */
import { readFile, writeFile } from 'node:fs/promises';
import { parquetReadObjects } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { Problem } from '../../../src/core/names/errors';

interface Cells {
	STRING: string;
	INT32: number;
	FLOAT: number;
	DOUBLE: number;
	BYTE_ARRAY: Uint8Array;
}

/** The columns of a table, in order. */
export type Schema = readonly (readonly [name: string, type: keyof Cells])[];
export type RowOf<S extends Schema> = { [C in S[number] as C[0]]: Cells[C[1]] };

export async function writeTable<S extends Schema>(
	file: string,
	schema: S,
	rows: RowOf<S>[]
): Promise<void> {
	const columnData = schema.map(([name, type]) => ({
		name,
		type,
		nullable: false,
		data: rows.map((row) => (row as Record<string, Cells[keyof Cells]>)[name]!)
	}));
	await writeFile(file, new Uint8Array(parquetWriteBuffer({ columnData })));
}

/** Throws a Problem where the file has no such table. */
export async function readTable<S extends Schema>(file: string, schema: S): Promise<RowOf<S>[]> {
	const bytes = await readFile(file).catch(() => null);
	const columns = schema.map(([name]) => name);
	// Own memory: small files come as slices of a shared pool.
	const own = () => ({ file: new Uint8Array(bytes!).buffer, columns, utf8: false });
	const rows = bytes && (await parquetReadObjects(own()).catch(() => null));
	const fits = ([name, type]: Schema[number]) =>
		rows?.every(({ [name]: cell }) =>
			type === 'BYTE_ARRAY'
				? cell instanceof Uint8Array
				: typeof cell === (type === 'STRING' ? 'string' : 'number')
		);
	if (rows && schema.every(fits)) return rows as RowOf<S>[];
	throw new Problem(
		'pack-invalid',
		`The shard's table ${file.slice(-80)} is missing or cannot be read.`,
		'Make this shard again.'
	);
}
