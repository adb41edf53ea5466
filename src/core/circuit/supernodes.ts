/** Nodes under one name, as people group them: in the address of a circuit, or in the file of a graph. */
import { parseFeatureId, placeOf, siteOf } from '../names/site';
import { nodeKey, type CircuitNodeKey } from './circuit';

export interface Supernode {
	name: string;
	/** Keys of a circuit's nodes (`nodeKey`), or ids of a file's. */
	members: string[];
}

/** What an address may hold. */
export const MOST_SUPERNODES = 40;
const MOST_MEMBERS = 300;
export const LONGEST_SUPERNODE_NAME = 80;

/** The node that `nodeKey` says; null for any other text. */
export function parseNodeKey(text: string): CircuitNodeKey | null {
	const match = /^(error of )?(\S{1,200}) at (\d{1,6})$/.exec(text);
	if (!match) return null;
	const [, error, named] = match;
	const position = Number(match[3]);
	const sae = error ? named! : parseFeatureId(named!)?.sae;
	if (sae === undefined || placeOf(siteOf(sae)) === null) return null;
	return error ? { error: named!, position } : { id: named!, position };
}

/** With a node in the group of this name, which there may not have been, and in no other; in none for ''. */
export function regrouped(groups: Supernode[], member: string, name: string): Supernode[] {
	const others = groups.map((group) => ({
		...group,
		members: group.members.filter((one) => one !== member)
	}));
	const called = name.trim().slice(0, LONGEST_SUPERNODE_NAME);
	const own = others.find((group) => group.name === called);
	if (own) own.members.push(member);
	else if (called !== '') others.push({ name: called, members: [member] });
	return others.filter(({ members }) => members.length > 0);
}

/** `NAME=KEY,KEY`, as addresses have it. */
export const formatSupernode = ({ name, members }: Supernode): string =>
	`${name}=${members.join(',')}`;

/** Null for what is no group, or names a node that cannot be. */
export function parseSupernode(text: string): Supernode | null {
	const at = text.lastIndexOf('=');
	const name = text.slice(0, Math.max(0, at)).trim();
	const nodes = text
		.slice(at + 1)
		.split(',')
		.map(parseNodeKey);
	const members = nodes.flatMap((node) => (node ? [nodeKey(node)] : []));
	const isSound = members.length === nodes.length && members.length <= MOST_MEMBERS;
	if (name === '' || name.length > LONGEST_SUPERNODE_NAME || !isSound) return null;
	return { name, members: [...new Set(members)] };
}
