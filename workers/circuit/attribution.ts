/**
 * Direct logit attribution over the last SAE of the residual stream. Each active feature's a·w is taken through the final
 * norm, whose scale is frozen, to the logit; beside it stands what the logit really loses when the feature is switched off
 * and the model runs on, and what it loses to random vectors of the same length.
 */
import type {
	Attribution,
	AttributionPart,
	AttributionRequest
} from '../../src/core/circuit/attribution';
import type { Site } from '../../src/core/names/ids';
import { row } from '../../src/core/math/matrix';
import { seeded } from '../../src/core/math/random';
import { softmax } from '../../src/core/math/sampling';
import { Problem } from '../../src/core/names/errors';
import { featureId, residPost, tapOf } from '../../src/core/names/site';
import type { Workbench } from '../packs/open-pack';
import { tapsOf, type Sae } from '../sae/sae';
import { directions } from '../experiments/causal';
import { dot } from '../../src/core/math/dot';
import { less, logitDirection } from './readout-direction';
import { siteNodes } from './reading';
import { oneToken } from './token-wish';

const DRAWS = 4;

export async function attribute(
	request: AttributionRequest,
	bench: Workbench,
	signal?: AbortSignal
): Promise<Attribution> {
	const { tokens } = bench.tokenize(request.text);
	const position = request.position ?? tokens.length - 1;
	if (!(Number.isInteger(position) && position >= 0 && position < tokens.length))
		throw new Problem(
			'usage',
			`The text has no token ${position}: it has ${tokens.length}.`,
			'Choose one of its tokens.'
		);
	const ids = tokens.map(({ id }) => id);
	return attributeTokens(request, ids, position, bench, signal);
}

/** The same of a prompt's tokens, of which those after `position` are not read. */
export async function attributeTokens(
	request: Omit<AttributionRequest, 'text' | 'position'>,
	prompt: number[],
	position: number,
	bench: Workbench,
	signal?: AbortSignal
): Promise<Attribution> {
	const token = oneToken(bench, request.token);
	const against = request.against === undefined ? null : oneToken(bench, request.against);
	const sae = await lastResidualSae(bench, signal);
	const ids = prompt.slice(0, position + 1);
	const { model } = bench;
	const last = residPost(model.shape.layers - 1);
	const cache = model.begin();
	try {
		const before = ids.slice(0, -1);
		if (before.length > 0) await model.read(cache, before, [], signal);
		const taps = [...new Set([last, ...tapsOf([sae])])];
		const still = (
			await model.readVariants(cache, ids.at(-1)!, [new Map<Site, Float32Array>()], taps, signal)
		)[0]!;
		const stream = still.taps.get(last)!;
		const direction = directionOf(bench, stream, token.id, against?.id ?? null);
		const read = still.taps.get(sae.tap)!;
		const here = still.taps.get(sae.target)!;
		const { codes, write } = await siteNodes(sae, read, signal);
		const { vector } = direction;
		const active = Array.from(codes.features, (index, i) => {
			const activation = codes.activations[i]!;
			return { index, activation, direct: activation * dot(vector, write(0, index)) };
		}).sort((a, b) => Math.abs(b.direct) - Math.abs(a.direct));
		const shown = active.slice(0, request.top ?? active.length);
		const total = (parts: { direct: number }[]) =>
			parts.reduce((sum, { direct }) => sum + direct, 0);
		const decoded = dot(vector, sae.decode(codes, 0, read));
		const margin = (logits: Float32Array) =>
			logits[token.id]! - (against ? logits[against.id]! : 0);
		const logit = margin(still.logits);
		const pushes = shown.map(({ index, activation }) =>
			row(sae.wDec, index).map((w) => -activation * w)
		);
		const random = directions(seeded(request.seed ?? 0));
		const draws = pushes.flatMap((push) => Array.from({ length: DRAWS }, () => random(push)));
		const site = tapOf(sae.info.site);
		const losses = (
			await model.readVariants(
				cache,
				ids.at(-1)!,
				[...pushes, ...draws].map((push) => new Map([[site, push]])),
				[],
				signal
			)
		).map(({ logits }) => logit - margin(logits));
		const parts: AttributionPart[] = shown.map(({ index, activation, direct }, i) => ({
			id: featureId(sae.id, index),
			position,
			activation,
			direct,
			ablated: losses[i]!,
			random: rootMeanSquare(losses.slice(shown.length + i * DRAWS, shown.length + (i + 1) * DRAWS))
		}));
		return {
			sae: sae.id,
			token: { id: token.id, text: token.text },
			against: against && { id: against.id, text: against.text },
			position,
			logit,
			p: softmax(still.logits)[token.id]!,
			parts,
			rest: total(active) - total(shown),
			active: active.length,
			error: dot(vector, stream) - decoded,
			later: dot(vector, stream) - dot(vector, here),
			bias: decoded - total(active) + direction.bias,
			draws: DRAWS
		};
	} finally {
		model.forget(cache);
	}
}

function directionOf(bench: Workbench, x: Float32Array, token: number, against: number | null) {
	const one = logitDirection(bench, x, token);
	return against === null ? one : less(one, logitDirection(bench, x, against));
}

async function lastResidualSae(bench: Workbench, signal?: AbortSignal): Promise<Sae> {
	for (let layer = bench.model.shape.layers - 1; layer >= 0; layer--) {
		const id = bench.saeAt(residPost(layer));
		if (id && bench.info(id)?.cfg.reads === null) return bench.sae(id, signal);
	}
	throw new Problem(
		'unsupported',
		'This pack has no autoencoder of the residual stream, whose features could be weighed against a logit.',
		'Add one for the last layer under Models.'
	);
}

const rootMeanSquare = (x: number[]) => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0) / x.length);
