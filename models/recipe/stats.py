"""What a pack says of its SAEs: held-out metrics, and of each feature what people look at."""

import numpy as np
import torch
import torch.nn.functional as F

from transformer import CONTEXT, SITES, WIDTH

BINS, EXAMPLES, STRONGEST, BEFORE, FROM_PEAK, LISTED = 16, 12, 5, 15, 9, 8
DRAWS = 20000


class Sae:
    """A TopK SAE with the rounded weights that the pack stores (SAELens' mathematics)."""

    def __init__(self, stored, k):
        wide = lambda name: torch.from_numpy(stored[name].astype(np.float32) * stored[f"{name}.scale"])
        self.w_enc, self.w_dec = wide("W_enc"), wide("W_dec")
        self.b_enc, self.b_dec = torch.from_numpy(stored["b_enc"]), torch.from_numpy(stored["b_dec"])
        self.unit = self.w_dec / self.w_dec.norm(dim=1, keepdim=True)
        self.k, self.features = k, self.w_dec.shape[0]

    def encode(self, x):
        """Values [n, k] (0 where the pre-activation is not positive) and features [n, k]."""
        values, features = ((x - self.b_dec) @ self.w_enc + self.b_enc).topk(self.k, dim=1)
        return values.relu(), features

    def decode(self, values, features):
        return F.embedding_bag(features, self.w_dec, per_sample_weights=values, mode="sum") + self.b_dec


def rounded(raw, mean):
    """The stored form of a raw SAE: int8 with one scale per feature for the two matrices."""

    def int8(matrix, axis):
        scale = np.abs(matrix).max(axis=axis, keepdims=True) / 127
        scale[scale == 0] = 1
        return np.round(matrix / scale).astype(np.int8), scale.astype(np.float32)

    out = {}
    for name, axis in (("W_enc", 0), ("W_dec", 1)):
        out[name], out[f"{name}.scale"] = int8(raw[name].numpy(), axis)
    for name in ("b_enc", "b_dec"):
        out[name] = raw[name].numpy().astype(np.float32)
    out["mean"] = mean.numpy().astype(np.float32)
    return out


def windows(tokens):
    """Rows of CONTEXT tokens, each beginning with token 0."""
    body = CONTEXT - 1
    rows = len(tokens) // body
    cut = torch.from_numpy(tokens[: rows * body].astype(np.int64)).view(rows, body)
    return torch.cat([torch.zeros(rows, 1, dtype=torch.long), cut], 1)


def activations(model, rows, batch=16):
    """Batches of (ids, activations by site) in float32; special tokens are still in."""
    for at in range(0, len(rows), batch):
        ids = rows[at : at + batch]
        with torch.no_grad():
            taps, _ = model.tapped(ids)
        yield ids, taps


def site_means(model, rows):
    """Mean activation at each site, special tokens left out."""
    sums, count = {site: torch.zeros(WIDTH, dtype=torch.float64) for site in SITES}, 0
    for ids, taps in activations(model, rows):
        keep = ids.flatten() != 0
        count += int(keep.sum())
        for site in SITES:
            sums[site] += taps[site].flatten(0, 1)[keep].double().sum(0)
    return {site: (s / count).float() for site, s in sums.items()}


def codes(model, saes, rows, means, errors_for):
    """Codes of every SAE on the rows: values f32 and features u16, [tokens, k]; and error sums.

    Reconstruction errors are summed over the first `errors_for` rows.
    """
    found = {site: ([], []) for site in SITES}
    sums = {site: np.zeros(4) for site in SITES}
    done = 0
    for ids, taps in activations(model, rows):
        keep = ids.flatten() != 0
        measured = done < errors_for
        done += len(ids)
        for site in SITES:
            x = taps[site].flatten(0, 1)[keep]
            values, features = saes[site].encode(x)
            found[site][0].append(values.numpy().astype(np.float32))
            found[site][1].append(features.numpy().astype(np.uint16))
            if measured:
                error = (x - saes[site].decode(values, features)).pow(2).sum(1).double()
                sums[site] += [float((error / x.pow(2).sum(1)).sum()), float(error.sum()),
                               float((x - means[site]).pow(2).sum(1).double().sum()), len(x)]
    return {s: (np.concatenate(v), np.concatenate(f)) for s, (v, f) in found.items()}, sums


def losses(model, saes, rows, batch=16):
    """Cross-entropy in nats: clean, with each site replaced by its reconstruction, and by zeros."""

    def loss(replace=None):
        total, count = 0.0, 0
        for at in range(0, len(rows), batch):
            ids = rows[at : at + batch]
            targets = ids[:, 1:].clone()
            targets[targets == 0] = -1
            special = (ids == 0)[..., None]
            edit = replace and (replace[0], lambda x: torch.where(special, x, replace[1](x)))
            with torch.no_grad():
                _, hidden = model.tapped(ids, edit)
                logits = hidden[:, :-1].flatten(0, 1) @ model.e.weight.t()
                total += float(F.cross_entropy(logits, targets.flatten(), ignore_index=-1, reduction="sum"))
            count += int((targets >= 0).sum())
        return total / count

    clean, out = loss(), {}
    for site in SITES:
        sae = saes[site]
        spliced = lambda x: sae.decode(*sae.encode(x.flatten(0, 1))).view(x.shape)
        ce_sae, ce_zero = loss((site, spliced)), loss((site, torch.zeros_like))
        out[site] = {"ce_clean": clean, "ce_sae": ce_sae, "ce_zero": ce_zero,
                     "ce_recovered": (ce_zero - ce_sae) / (ce_zero - clean)}
    return out


def chance(sae, seed):
    """The null: best cosine of isotropic random unit vectors against this decoder."""
    draws = torch.randn(DRAWS, WIDTH, generator=torch.Generator().manual_seed(seed))
    best = torch.cat([(d / d.norm(dim=1, keepdim=True) @ sae.unit.t()).max(1).values
                      for d in draws.split(2000)]).double()
    return {"median": float(best.median()), "std": float(best.std()),
            "q999": float(best.quantile(0.999)), "draws": DRAWS, "seed": seed}


def upstream(site):
    """Sites that can write what this one holds, of those with an SAE."""
    layer, hook = int(site.split(".")[1]), site.split(".")[2]
    before = [f"blocks.{layer - 1}.hook_resid_post"] if layer else []
    attn, mlp = f"blocks.{layer}.hook_attn_out", f"blocks.{layer}.hook_mlp_out"
    return {"hook_attn_out": before, "hook_mlp_out": [attn, *before]}.get(hook, [*before, mlp, attn])


def feature_table(values, features, count):
    """density, max, mean over active tokens, and 16 equal bins up to each feature's maximum."""
    on = values > 0
    f, v = features[on].astype(np.int64), values[on]
    fired = np.bincount(f, minlength=count)
    top = np.zeros(count, np.float32)
    np.maximum.at(top, f, v)
    mean = np.bincount(f, v, minlength=count) / np.maximum(fired, 1)
    bins = np.minimum(BINS - 1, (v / top[f] * BINS).astype(np.int64))
    counts = np.bincount(f * BINS + bins, minlength=count * BINS).reshape(count, BINS)
    return {"density": (fired / len(values)).astype(np.float32), "max": top,
            "mean": mean.astype(np.float32), "hist_counts": counts.astype(np.uint32)}


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
        any(take(rank) for rank in range(begin, min(begin + 40, n)))
    fill(range(min(n, 2000)), EXAMPLES)
    return sorted(chosen[:EXAMPLES], key=lambda c: -c[3].max())


def example_table(values, features, count, start_of, end_of, position):
    """Examples of every feature; rows of values and features belong to `position` in the text."""
    on = values > 0
    token = np.broadcast_to(position[:, None], values.shape)[on]
    f, v = features[on].astype(np.int64), values[on]
    order = np.lexsort((token, f))
    token, f, v = token[order], f[order], v[order]
    edges = np.searchsorted(f, np.arange(count + 1))
    at = np.full((count, EXAMPLES), -1, np.int32)
    quantile = np.zeros((count, EXAMPLES), np.float32)
    number = np.zeros((count, EXAMPLES), np.uint8)
    offsets, acts = [], []
    for i in range(count):
        part = slice(edges[i], edges[i + 1])
        where = token[part]
        if not len(where):
            continue
        for e, (peak, q, inside, a) in enumerate(choose(where, v[part], start_of[where], end_of[where])):
            at[i, e], quantile[i, e], number[i, e] = peak, q, len(inside)
            offsets.append(inside)
            acts.append(a)
    join = lambda parts, kind: np.concatenate(parts or [[]]).astype(kind)
    return {"example_at": at, "example_quantile": quantile, "example_count": number,
            "example_offset": join(offsets, np.uint8), "example_act": join(acts, np.float16)}


def token_table(sae, model):
    """Most promoted and suppressed tokens: decoder row × final gain × unembedding, centred."""
    logits = (sae.w_dec * model.n.g.detach()) @ model.e.weight.detach().t()
    logits = logits - logits.mean(1, keepdim=True)
    top = lambda x: x.topk(LISTED, dim=1).indices.numpy().astype(np.uint16)
    return {"promoted": top(logits), "suppressed": top(-logits)}


def match_table(site, saes):
    """Best five matches to each upstream site, signed cosines of unit decoder rows."""
    out = {}
    for other in upstream(site):
        cosine, index = (saes[site].unit @ saes[other].unit.t()).topk(5, dim=1)
        out[f"match.{other}.index"] = index.numpy().astype(np.uint16)
        out[f"match.{other}.cosine"] = cosine.numpy().astype(np.float32)
    return out
