"""Example texts of features: which windows are shown, from the strongest to the weak."""

import numpy as np

import sample as sampling

EXAMPLES, STRONGEST, BEFORE, FROM_PEAK = 24, 6, 15, 9
#: Steps in which quantiles are stored.
QUANTILES = 256
#: Texts sampled from the model, before those that must not be shown are dropped; the longest a text may be.
SAMPLED, LONGEST = 640, 200


def documents(model, encode, decode, training_texts, generated, seed):
    """(documents as ids that begin with 0, kind of each: 0 generator, 1 model)."""
    prompts = [[0, *encode(text)] for text in sampling.openings(SAMPLED, seed)]
    texts = [decode(ids) for ids in sampling.sample(model, prompts, seed=seed)]
    kept = sampling.keep_own([t.strip() for t in texts], training_texts)
    own = [([0, *encode(text)][:LONGEST], 1) for text in kept]
    return own + [([0, *encode(text)][:LONGEST], 0) for text in generated]


def choose(positions, values, starts, ends):
    """Windows of one feature: the strongest, and some spread over the weaker ones.

    A window never overlaps another, and its peak is its strongest token. Returns
    (peak, quantile, offsets, activations) strongest first.
    """
    order = np.lexsort((positions, -values))
    n, taken, chosen = len(order), [], []

    def take(rank):
        i = order[rank]
        peak = positions[i]
        start, end = max(starts[i], peak - BEFORE), min(ends[i], peak + FROM_PEAK)
        if any(start < b and a < end for a, b in taken):
            return False
        low, high = np.searchsorted(positions, (start, end))
        if values[low:high].max() > values[i]:
            return False
        taken.append((start, end))
        chosen.append((peak, 1 - rank / n, positions[low:high] - start, values[low:high]))
        return True

    def fill(ranks, enough):
        for rank in ranks:
            if len(chosen) >= enough:
                return
            take(rank)

    fill(range(min(n, 400)), STRONGEST)
    for step in range(1, EXAMPLES - STRONGEST + 1):
        begin = step * n // (EXAMPLES - STRONGEST + 1)
        any(take(rank) for rank in range(begin, min(begin + 20, n)))
    fill(range(min(n, 1000)), EXAMPLES)
    return sorted(chosen[:EXAMPLES], key=lambda c: -c[3].max())


def table(values, features, count, start_of, end_of, position, largest):
    """Examples of every feature; rows of values and features belong to `position` in the text.

    Activations are stored in 255 steps of the feature's largest.
    """
    on = values > 0
    token = np.broadcast_to(position[:, None], values.shape)[on]
    f, v = features[on].astype(np.int64), values[on]
    order = np.lexsort((token, f))
    token, f, v = token[order], f[order], v[order]
    edges = np.searchsorted(f, np.arange(count + 1))
    at = np.full((count, EXAMPLES), -1, np.int32)
    quantile = np.zeros((count, EXAMPLES), np.float16)
    number = np.zeros((count, EXAMPLES), np.uint8)
    most = largest.copy()
    np.maximum.at(most, f, v)
    scale = np.where(most > 0, most / 255, 1).astype(np.float32)
    offsets, acts = [], []
    for i in range(count):
        part = slice(edges[i], edges[i + 1])
        where = token[part]
        if not len(where):
            continue
        for e, (peak, q, inside, a) in enumerate(choose(where, v[part], start_of[where], end_of[where])):
            at[i, e], quantile[i, e], number[i, e] = peak, round(q * QUANTILES) / QUANTILES, len(inside)
            offsets.append(inside)
            acts.append(np.clip(np.round(a / scale[i]), 1, 255))
    join = lambda parts: np.concatenate(parts or [[]]).astype(np.uint8)
    return {"example_at": at, "example_quantile": quantile, "example_count": number,
            "example_offset": join(offsets), "example_act": join(acts), "example_act.scale": scale}
