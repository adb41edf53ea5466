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
export type Schema = Readonly<Record<string, keyof Cells>>;
export type RowOf<S extends Schema> = { [Name in keyof S]: Cells[S[Name]] };

export async function writeTable<S extends Schema>(
	file: string,
	schema: S,
	rows: RowOf<S>[]
): Promise<void> {
	const columnData = Object.entries(schema).map(([name, type]) => ({
		name,
		type,
		nullable: false,
		data: rows.map((row) => row[name]!)
	}));
	await writeFile(file, new Uint8Array(parquetWriteBuffer({ columnData })));
}

/** Throws a Problem where the file has no such table. */
export async function readTable<S extends Schema>(file: string, schema: S): Promise<RowOf<S>[]> {
	const bytes = await readFile(file).catch(() => null);
	const columns = Object.keys(schema);
	// Own memory: small files come as slices of a shared pool.
	const own = () => ({ file: new Uint8Array(bytes!).buffer, columns, utf8: false });
	const rows = bytes && (await parquetReadObjects(own()).catch(() => null));
	const fits = ([name, type]: [string, keyof Cells]) =>
		rows?.every(({ [name]: cell }) =>
			type === 'BYTE_ARRAY'
				? cell instanceof Uint8Array
				: typeof cell === (type === 'STRING' ? 'string' : 'number')
		);
	if (rows && Object.entries(schema).every(fits)) return rows as RowOf<S>[];
	throw new Problem(
		'pack-invalid',
		`The shard's table ${file.slice(-80)} is missing or cannot be read.`,
		'Make this shard again.'
	);
}
