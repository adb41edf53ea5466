/** Every parser of what comes from outside. To add one: its lines in a file here. */
import type { Parser } from '../parser';
import { bombs } from './bombs';
import { containers } from './containers';
import { ggufParsers } from './gguf';
import { modelParsers } from './models';
import { ownParsers } from './own';
import { packParsers } from './packs';
import { placeParsers } from './places';
import { textParsers } from './texts';
import { writtenParsers } from './written';

export const PARSERS: Parser[] = [
	...containers,
	...modelParsers,
	...ggufParsers,
	...packParsers,
	...writtenParsers,
	...textParsers,
	...ownParsers,
	...placeParsers,
	...bombs
];
