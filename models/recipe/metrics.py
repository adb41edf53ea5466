"""What is measured of the model and of each SAE as a whole."""

import numpy as np
import torch
import torch.nn.functional as F

from coding import windows
from dictionaries import DICTIONARIES
from side_by_side import side_by_side

#: Edges of the histogram of log10 densities.
DENSITY_EDGES = [-6, -5.5, -5, -4.5, -4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0]
#: Rows at once for cross-entropies: a third faster than 16 unless tcmalloc is preloaded, then as fast.
FEW = 4


def bits_per_character(model, tokens, characters):
    """−log2 p of the held-out tokens over the characters of their text; windows of 255 after BOS."""
    total, count = 0.0, 0
    for ids in windows(tokens).split(16):
        with torch.no_grad():
            logits = model.hidden(ids)[:, :-1].flatten(0, 1) @ model.e.weight.t()
            total += float(F.cross_entropy(logits, ids[:, 1:].flatten(), reduction="sum"))
        count += ids[:, 1:].numel()
    return total / count / np.log(2) * len(tokens) / characters


def cross_entropies(model, rows, edits):
    """Nats per token, clean and then with each edit.

    An edit is (site, function of activations [n, WIDTH]); what is special keeps its own value.
    """
    batches = rows.split(FEW)

    def part(number):
        ids = batches[number]
        special = (ids == 0)[..., None]
        targets = ids[:, 1:].masked_fill(ids[:, 1:] == 0, -1).flatten()

        def nats(hidden):
            logits = hidden[:, :-1].flatten(0, 1) @ model.e.weight.t()
            return float(F.cross_entropy(logits, targets, ignore_index=-1, reduction="sum"))

        def edited(site, edit):
            inside = lambda x: torch.where(special, x, edit(x.flatten(0, 1)).view(x.shape))
            return nats(model.edited(taps, site, inside))

        with torch.no_grad():
            taps, hidden = model.tapped(ids)
            return [int((targets >= 0).sum()), nats(hidden), *(edited(*edit) for edit in edits)]

    count, *sums = np.sum(list(side_by_side(part, len(batches))), 0)
    return [float(s / count) for s in sums]


def losses(model, saes, rows):
    """Cross-entropy clean, with each SAE's reconstruction in the place of its site, and with zeros there."""
    def spliced(d):
        sae = saes[d.id]
        return d.site, lambda x: sae.decode(*sae.encode(x))

    sites = list(dict.fromkeys(d.site for d in DICTIONARIES))
    edits = [*((site, torch.zeros_like) for site in sites), *map(spliced, DICTIONARIES)]
    clean, *rest = cross_entropies(model, rows, edits)
    zeros, out = dict(zip(sites, rest)), {}
    for d, ce_sae in zip(DICTIONARIES, rest[len(sites) :]):
        out[d.id] = {"ce_clean": clean, "ce_sae": ce_sae, "ce_zero": zeros[d.site],
                     "ce_recovered": (zeros[d.site] - ce_sae) / (zeros[d.site] - clean)}
    return out


def effective_rank(spread):
    """exp of the entropy of the singular values' shares."""
    p = spread / spread.sum()
    p = p[p > 0]
    return float(torch.exp(-(p * p.log()).sum()))


def summary(values, density, sums, losses, spread):
    """The metrics of one SAE as `pack.json` has them; `sums` as `coding.encode` gives them."""
    tokens, (ratio, error, variance) = len(values), sums
    alive = density[density > 0]
    counts, _ = np.histogram(np.log10(alive), DENSITY_EDGES)
    return {
        "l0": float(np.count_nonzero(values > 0)) / tokens, "nmse": ratio / tokens, "fvu": error / variance,
        "explained_variance": 1 - error / variance, **losses, "dead": float((density == 0).mean()),
        "tokens": tokens, "effective_rank": effective_rank(spread),
        "density_histogram": {"edges": DENSITY_EDGES, "counts": counts.tolist()}}
