"""What is measured of the model and of each SAE as a whole."""

import numpy as np
import torch
import torch.nn.functional as F

from coding import windows
from dictionaries import DICTIONARIES
from side_by_side import side_by_side

#: Edges of the histogram of log10 densities.
DENSITY_EDGES = [-6, -5.5, -5, -4.5, -4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0]


def bits_per_character(model, tokens, characters):
    """−log2 p of the held-out tokens over the characters of their text; windows of 255 after BOS."""
    total, count = 0.0, 0
    for ids in windows(tokens).split(16):
        with torch.no_grad():
            logits = model.hidden(ids)[:, :-1].flatten(0, 1) @ model.e.weight.t()
            total += float(F.cross_entropy(logits, ids[:, 1:].flatten(), reduction="sum"))
        count += ids[:, 1:].numel()
    return total / count / np.log(2) * len(tokens) / characters


def loss(model, rows, edit=None):
    """Cross-entropy in nats per token; `edit` is (site, function) applied where the token is not special."""
    total, count = 0.0, 0
    for ids in rows.split(16):
        targets = ids[:, 1:].clone()
        targets[targets == 0] = -1
        special = (ids == 0)[..., None]
        inside = edit and (edit[0], lambda x: torch.where(special, x, edit[1](x)))
        with torch.no_grad():
            _, hidden = model.tapped(ids, inside)
            logits = hidden[:, :-1].flatten(0, 1) @ model.e.weight.t()
            total += float(F.cross_entropy(logits, targets.flatten(), ignore_index=-1, reduction="sum"))
        count += int((targets >= 0).sum())
    return total / count


def losses(model, saes, rows):
    """Cross-entropy clean, with each SAE's reconstruction in the place of its site, and with zeros there."""
    def spliced(d):
        sae = saes[d.id]
        return d.site, lambda x: sae.decode(*sae.encode(x.flatten(0, 1))).view(x.shape)

    sites = list(dict.fromkeys(d.site for d in DICTIONARIES))
    edits = [None, *((site, torch.zeros_like) for site in sites), *map(spliced, DICTIONARIES)]
    clean, *rest = side_by_side(lambda i: loss(model, rows, edits[i]), len(edits))
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
