/** Finds features in all the ways there are, and merges what they find. */
import type { Run } from '../../src/core/calls';
import type { FeatureId, SaeId } from '../../src/core/names/ids';
import { Problem } from '../../src/core/names/errors';
import { short } from '../../src/core/names/numbers';
import { isInStream, parseFeatureId, placeOf } from '../../src/core/names/site';
import { shortFeature, siteInWords } from '../../src/core/names/site-words';
import { row } from '../../src/core/math/matrix';
import { best, merged, type Hit } from '../../src/core/search/merging';
import { idsIn } from '../../src/core/search/notation';
import type { FoundFeature, SearchRequest, SearchWay } from '../../src/core/search/search';
import { isSentence, lettersOf, plainName, wordsOf } from '../../src/core/search/words';
import { oneToken } from '../circuit/token-wish';
import { timeSlices } from '../runtime/time-slices';
import { unknownFeature, type Workbench } from '../packs/open-pack';
import { Material } from './material';
import { textPeaks, type TextPeaks } from './prompt-peaks';
import { hitOf, placeInWords, promoters, readers, strongestAlong, top } from './tokens';

const TOP = 20;
/** Milliseconds of work after which other work is let in. */
const SLICE = 8;
/** A feature that fires on more tokens than this is seldom what a sentence is about. */
const COMMON = 0.05;

/** The rarest words of a text tell most of what it is about; so many are looked for in examples. */
const RAREST = 3;
/** One example of two says less than twelve of 24. */
const FEW = 12;

/** What a search is narrowed to. */
interface Scope {
	saes: SaeId[];
	accepts: (sae: SaeId) => (index: number) => boolean;
	/** How many each way finds, so that enough are left to merge. */
	most: number;
	signal: AbortSignal;
	pause: () => Promise<boolean>;
}

type Way = (request: SearchRequest, scope: Scope) => AsyncGenerator<Hit[]>;

export class Search {
	readonly #material: Material;

	constructor(readonly bench: Workbench) {
		this.#material = new Material(bench);
	}

	async prepare(): Promise<void> {
		await this.#material.names();
		await this.#material.tokens();
		await this.#material.examples();
	}

	/** Throws a Problem for an SAE or feature that is not there, and for a text that a way cannot use. */
	async find(request: SearchRequest, run: Run<FoundFeature[]>): Promise<FoundFeature[]> {
		const scope = await this.#scope(request, run.signal);
		const ways = this.#ways(request);
		let hits: Hit[] = [];
		const size = request.top ?? TOP;
		const answer = async () => {
			const single = ways.length === 1;
			return Promise.all(best(single ? hits : merged(hits), size).map((hit) => this.#line(hit)));
		};
		let told = 0;
		for (const way of ways)
			for await (const found of way(request, scope)) {
				run.signal.throwIfAborted();
				hits = [...hits, ...found];
				if (found.length === 0 || Date.now() - told < 40) continue;
				told = Date.now();
				run.part(await answer());
			}
		return answer();
	}

	#ways(request: SearchRequest): Way[] {
		const { text = '', by, against, like } = request;
		if (like !== undefined) return [this.#like];
		if (text.trim() === '')
			throw new Problem('usage', 'There is nothing to search for.', 'Give a text or a feature.');
		const ways: Record<SearchWay, Way> = {
			name: this.#name,
			token: this.#token,
			example: this.#example,
			prompt: this.#prompt,
			contrast: this.#contrast,
			logit: this.#logit
		};
		if (by === 'contrast' && (against ?? '').trim() === '')
			throw new Problem('usage', 'There is no second text.', 'Give the text to compare with.');
		if (by) return [ways[by]];
		if ((against ?? '').trim() !== '') return [this.#contrast];
		// An id leaves nothing to guess.
		if (idsIn(text, this.#sized()).length > 0 && !/^\d+$/.test(text.trim())) return [this.#name];
		return isSentence(text)
			? [this.#name, this.#prompt, this.#example]
			: [this.#name, this.#token, this.#example];
	}

	readonly #name: Way = async function* (this: Search, request: SearchRequest, scope: Scope) {
		const text = request.text!;
		const allowed = new Set(scope.saes);
		const accepts = (id: FeatureId) => {
			const { sae, index } = parseFeatureId(id)!;
			return allowed.has(sae) && scope.accepts(sae)(index);
		};
		const ids = idsIn(text, this.#sized(), request.near).filter(accepts);
		yield ids.map((id, i) => {
			const { sae, index } = parseFeatureId(id)!;
			const confidence = 0.99 - i / 1000;
			return { id, score: confidence, confidence, why: `feature ${index}, ${siteInWords(sae)}` };
		});
		const own = (await this.#material.own()).find(text, accepts, 5 * scope.most);
		yield own.map((hit) => ({ ...hit, why: hit.why.replace('named', 'you named it') }));
		const theirs = (await this.#material.names()).find(text, accepts, 5 * scope.most);
		// A feature that its reader calls something else is found by the pack's name too, but later.
		yield theirs.map((hit) => {
			if (!this.bench.own.has(hit.id)) return hit;
			const [score, confidence] = [hit.score / 2, hit.confidence / 2];
			return { ...hit, score, confidence, why: hit.why.replace('named', 'the pack names it') };
		});
	}.bind(this);

	readonly #token: Way = async function* (
		this: Search,
		{ text = '' }: SearchRequest,
		scope: Scope
	) {
		const forms = await this.#material.tokens();
		const whole = forms.of(text);
		const words = whole.length > 0 ? [text] : [...new Set(lettersOf(text))].slice(0, 6);
		const statistics = await this.#material.statistics();
		for (const word of words) {
			const tokens = whole.length > 0 ? whole : forms.of(word);
			if (tokens.length === 0) continue;
			const shown = `“${plainName(word) || word}”`;
			const share = 1 / words.length;
			const writes = new Map<number, Float32Array>();
			for (const token of tokens) writes.set(token, await this.#material.writes(token));
			const promoting: Hit[] = [];
			for (const id of scope.saes) {
				const own = statistics.get(id);
				if (!own?.listed || !isInStream(this.bench.info(id)!.site)) continue;
				const found = promoters(own, new Set(tokens), scope.accepts(id));
				if (found.length === 0) continue;
				const { unit } = await this.bench.sae(id, scope.signal);
				for (const { index, place, token } of found) {
					const [u, w] = [row(unit, index), writes.get(token)!];
					let cosine = 0;
					for (let c = 0; c < w.length; c++) cosine += u[c]! * w[c]!;
					cosine /= Math.hypot(...w) || 1;
					const score = (0.5 + 0.5 * Math.max(0, cosine)) / (1 + place / 2);
					const why = `pushes towards ${shown}, ${placeInWords(place)} of its tokens`;
					promoting.push(hitOf(id, index, score, 0, why));
				}
				await scope.pause();
			}
			// Of one word, the feature that pushes towards it most is as good an answer as those named after it.
			yield spread(promoting, scope.most, words.length === 1 ? 0.97 : 0.7 * share);
			const reading: Hit[] = [];
			const embedded: Float32Array[] = [];
			for (const token of tokens.slice(0, 4)) embedded.push(await this.#material.embedded(token));
			for (const id of scope.saes) {
				const sae = await this.bench.sae(id, scope.signal);
				for (const { index, value } of readers(sae, embedded, 8, scope.accepts(id))) {
					const why = `reads ${shown}: its encoder points along the token, cosine ${short(value, 2)}`;
					reading.push(hitOf(id, index, value, 0, why));
				}
				await scope.pause();
			}
			yield spread(reading, scope.most, 0.68 * share);
		}
	}.bind(this);

	readonly #example: Way = async function* (
		this: Search,
		{ text = '' }: SearchRequest,
		scope: Scope
	) {
		const examples = await this.#material.examples();
		if (!examples) return;
		const known = [...new Set(lettersOf(text))].filter((word) => examples.frequency(word) > 0);
		const rarity = new Map(known.map((word) => [word, examples.frequency(word)]));
		const words = known.sort((a, b) => rarity.get(a)! - rarity.get(b)!).slice(0, RAREST);
		const allowed = new Set(scope.saes);
		const hits = new Map<FeatureId, Hit & { words: string[] }>();
		for (const word of words) {
			for (const { sae, index, fires, stands, examples: among } of examples.count(
				word,
				5 * scope.most
			)) {
				if (!allowed.has(sae) || !scope.accepts(sae)(index) || among === 0) continue;
				const share = (fires + 0.2 * (stands - fires)) / Math.max(FEW, among) / words.length;
				const why =
					fires > 0
						? `fires on “${word}” in ${fires} of its ${among} example texts`
						: `“${word}” stands in ${stands} of its ${among} example texts`;
				const known = hits.get(`${sae}/${index}`);
				const hit = hitOf(sae, index, share, 0.6 * share, why);
				if (!known) hits.set(hit.id, { ...hit, words: [why] });
				else {
					known.score += share;
					known.confidence += 0.6 * share;
					known.words.push(why);
				}
			}
			await scope.pause();
		}
		const all = [...hits.values()].map(({ words: whys, ...hit }) => ({
			...hit,
			why: whys.slice(0, 3).join(', ')
		}));
		yield best(all, scope.most);
	}.bind(this);

	readonly #prompt: Way = async function* (
		this: Search,
		{ text = '' }: SearchRequest,
		scope: Scope
	) {
		const examples = await this.#material.examples();
		for await (const peaks of textPeaks(this.bench, text, scope.saes, scope.signal)) {
			const ratio = await this.#ratio(peaks);
			if (!ratio) continue;
			const density = (await this.bench.statistics(peaks.sae))?.density;
			// At the embedding every feature of a token is at its maximum wherever the token stands.
			const weight = placeOf(this.bench.info(peaks.sae)!.site)?.kind === 'embed' ? 0.4 : 0.75;
			yield top(ratio, scope.most, scope.accepts(peaks.sae))
				.filter(({ value }) => value > 0)
				.map(({ index, value }) => {
					const rare = Math.min(1, COMMON / Math.max(COMMON, density?.[index] ?? 0));
					const why = `reaches ${whole(value)} of its maximum on ${shownToken(peaks, index)}`;
					const usual = examples?.isCommon(wordsOf(peaks.tokens[peaks.at[index]!]!)[0] ?? '')
						? 0.6
						: 1;
					const confidence = weight * Math.min(1, value) * rare * usual;
					return hitOf(peaks.sae, index, value, confidence, why);
				});
		}
	}.bind(this);

	readonly #contrast: Way = async function* (
		this: Search,
		{ text = '', against = '' }: SearchRequest,
		scope: Scope
	) {
		const other = new Map<SaeId, Float32Array>();
		for await (const peaks of textPeaks(this.bench, against, scope.saes, scope.signal)) {
			const ratio = await this.#ratio(peaks);
			if (ratio) other.set(peaks.sae, ratio);
		}
		for await (const peaks of textPeaks(this.bench, text, scope.saes, scope.signal)) {
			const [own, less] = [await this.#ratio(peaks), other.get(peaks.sae)];
			if (!own || !less) continue;
			yield top(
				own.map((value, f) => value - less[f]!),
				scope.most,
				scope.accepts(peaks.sae)
			)
				.filter(({ value }) => value > 0)
				.map(({ index, value }) => {
					const there = less[index]! > 0 ? whole(less[index]!) : 'nothing';
					const why = `reaches ${whole(own[index]!)} of its maximum on ${shownToken(peaks, index)}, ${there} on the other text`;
					return hitOf(peaks.sae, index, value, Math.min(1, value), why);
				});
		}
	}.bind(this);

	readonly #logit: Way = async function* (
		this: Search,
		{ text = '' }: SearchRequest,
		scope: Scope
	) {
		const token = this.#oneToken(text);
		const direction = await this.#material.writes(token.id);
		for (const id of scope.saes) {
			if (!isInStream(this.bench.info(id)!.site)) continue;
			const sae = await this.bench.sae(id, scope.signal);
			yield strongestAlong(sae, direction, scope.most, scope.accepts(id)).map(
				({ index, value }) => {
					const why = `a unit of its direction adds ${short(value)} to the logit of “${token.text}”`;
					return hitOf(id, index, value, 0, why);
				}
			);
			await scope.pause();
		}
	}.bind(this);

	readonly #like: Way = async function* (this: Search, { like }: SearchRequest, scope: Scope) {
		const { sae: source, index: own } = await this.bench.feature(like!);
		const direction = row(source.unit, own);
		const { site } = source.info;
		for (const id of scope.saes) {
			const target = this.bench.info(id)!.site;
			if (target !== site && !(isInStream(site) && isInStream(target))) continue;
			const sae = await this.bench.sae(id, scope.signal);
			const accepts = scope.accepts(id);
			const others = (index: number) => accepts(index) && !(id === source.id && index === own);
			yield strongestAlong(sae, direction, scope.most, others).map(({ index, value }) => {
				const why = `decoder row at cosine ${short(value)} with that of ${shortFeature(like!)}`;
				return hitOf(id, index, value, 0, why);
			});
			await scope.pause();
		}
	}.bind(this);

	/** As it is written, else as a word that begins there. */
	#oneToken(text: string): { id: number; text: string } {
		try {
			return oneToken(this.bench, text);
		} catch (error) {
			if (/^\s/.test(text)) throw error;
			try {
				return oneToken(this.bench, ` ${text}`);
			} catch {
				throw error;
			}
		}
	}

	/** Largest activations over the stored maxima, 0 where a feature never fired; null where none are stored. */
	async #ratio({ sae, activation }: TextPeaks): Promise<Float32Array | null> {
		const max = (await this.bench.statistics(sae))?.max;
		return max ? activation.map((a, f) => (max[f]! > 0 ? a / max[f]! : 0)) : null;
	}

	async #scope(request: SearchRequest, signal: AbortSignal): Promise<Scope> {
		const { sae, maxDensity, top: size = TOP } = request;
		if (sae !== undefined && !this.bench.info(sae)) throw unknownFeature(sae);
		const saes = sae === undefined ? this.bench.saeIds : [sae];
		const densities = maxDensity === undefined ? null : await this.#material.statistics();
		const accepts = (id: SaeId) => {
			const density = densities?.get(id)?.density;
			return density ? (index: number) => density[index]! <= maxDensity! : () => true;
		};
		return { saes, accepts, most: Math.max(60, size), signal, pause: timeSlices(SLICE, signal) };
	}

	#sized() {
		return this.bench.pack.saes.map(({ id, cfg: { dSae } }) => ({ id, dSae }));
	}

	async #line({ id, score, why }: Hit): Promise<FoundFeature> {
		const { sae, index } = parseFeatureId(id)!;
		const density = (await this.bench.statistics(sae))?.density[index] ?? null;
		return { id, score, why, label: await this.bench.label(id), density };
	}
}

/** The best of a way, its confidence spread from `most` for the first down to a third of it. */
function spread(hits: Hit[], count: number, most: number): Hit[] {
	const found = best(hits, count);
	const [first, last] = [found[0]?.score ?? 0, found.at(-1)?.score ?? 0];
	const range = first - last || 1;
	return found.map((hit) => ({
		...hit,
		confidence: most * (1 / 3 + (2 / 3) * ((hit.score - last) / range))
	}));
}

const whole = (share: number): string => `${Math.round(100 * share)} %`;

const shownToken = ({ tokens, at }: TextPeaks, index: number): string => {
	const text = tokens[at[index]!]!;
	return `“${wordsOf(text).length > 0 ? text.trim() : text}”`;
};
