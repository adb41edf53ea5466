"""What a pack says of each feature, beside its examples."""

import numpy as np
import torch

from dictionaries import DICTIONARIES
from place import CPU, products
from transformer import EMBEDDING, RESIDUAL

BINS, LISTED, MATCHES, TOGETHER = 16, 8, 5, 5
DRAWS = 20000
#: Cosines are stored in steps of this: within 1e-5, and a third smaller.
STEP = 2.0**-16
#: Tokens over which correlations are taken, and how many are held in memory at once.
PAIRED, CHUNK = 200_000, 8192
#: Features whose effects on all tokens are held at once.
AT_ONCE = 512


def chance(sae, seed):
    """The null: best cosine of isotropic random unit vectors against this decoder."""
    draws = torch.randn(DRAWS, sae.unit.shape[1], generator=torch.Generator().manual_seed(seed))
    best = torch.cat([(d / d.norm(dim=1, keepdim=True) @ sae.unit.t()).max(1).values
                      for d in draws.split(2000)]).double()
    return {"median": float(best.median()), "std": float(best.std()),
            "q999": float(best.quantile(0.999)), "draws": DRAWS, "seed": seed}


def upstream(site):
    """{kind: site} of those that can write what this one holds: resid, mlp, attn."""
    if site == EMBEDDING:
        return {}
    layer, hook = int(site.split(".")[1]), site.split(".")[2]
    before = {"resid": RESIDUAL[layer]}
    attn, mlp = {"attn": f"blocks.{layer}.hook_attn_out"}, {"mlp": f"blocks.{layer}.hook_mlp_out"}
    return {"hook_attn_out": before, "hook_mlp_out": {**attn, **before}}.get(hook, {**before, **mlp, **attn})


def feature_table(values, features, tokens, count):
    """density, max, mean over active tokens, 16 equal bins up to the maximum, entropy of the tokens in bits."""
    on = values > 0
    f, v = features[on].astype(np.int64), values[on]
    fired = np.bincount(f, minlength=count)
    top = np.zeros(count, np.float32)
    np.maximum.at(top, f, v)
    mean = np.bincount(f, v, minlength=count) / np.maximum(fired, 1)
    bins = np.minimum(BINS - 1, (v / top[f] * BINS).astype(np.int64))
    counts = np.bincount(f * BINS + bins, minlength=count * BINS).reshape(count, BINS)
    token = np.broadcast_to(tokens[:, None].astype(np.int64), values.shape)[on]
    pair, times = np.unique(f << 32 | token, return_counts=True)
    share = times / fired[pair >> 32]
    entropy = np.bincount(pair >> 32, -share * np.log2(share), minlength=count)
    return {"density": (fired / len(values)).astype(np.float32), "max": top, "mean": mean.astype(np.float32),
            "hist_counts": counts.astype(np.uint32), "token_entropy": entropy.astype(np.float16)}


def dense(values, features, count, kind=torch.float32):
    """[tokens, count] activations."""
    out = torch.zeros(len(values), count, dtype=kind)
    index = torch.from_numpy(np.asarray(features).astype(np.int64))
    return out.scatter_(1, index, torch.from_numpy(np.array(values)).to(kind))


def together_table(values, features, count):
    """The features of the same SAE whose activations correlate most (Pearson), over the first tokens."""
    n = min(len(values), PAIRED)
    kind = products(CPU)
    both, sums, squares = torch.zeros(count, count), np.zeros(count), np.zeros(count)
    for at in range(0, n, CHUNK):
        v, f = values[at : min(at + CHUNK, n)], features[at : min(at + CHUNK, n)]
        a = dense(v, f, count, kind)
        both += (a.t() @ a).float()
        sums += np.bincount(f.ravel(), v.ravel(), count)
        squares += np.bincount(f.ravel(), (v.astype(np.float64) ** 2).ravel(), count)
    mean, variance = sums / n, squares / n - (sums / n) ** 2
    spread = torch.from_numpy(np.sqrt(np.maximum(variance, 0))).float()
    correlation = (both / n - torch.outer(*2 * [torch.from_numpy(mean).float()]))
    correlation /= torch.outer(spread, spread).clamp_min(1e-12)
    correlation.fill_diagonal_(0)
    correlation[spread == 0] = 0
    correlation[:, spread == 0] = 0
    best, index = correlation.clamp(-1, 1).topk(min(TOGETHER, count), dim=1)
    return {"coactive.index": index.numpy().astype(np.uint16), "coactive.value": best.numpy().astype(np.float16)}


def group_table(site, codes, table):
    """Shares of the paper's eight groups (2502.03032, 5.1): which top-1 matches fire on the same token.

    In the order none, resid, mlp, attn, resid+mlp, resid+attn, mlp+attn, all; `table` holds the matches.
    """
    before = upstream(site)
    if not site.endswith("resid_post") or len(before) < 3 or any(s not in codes for s in before.values()):
        return {}
    own, width = codes[site], {d.id: d.features for d in DICTIONARIES}
    count = width[site]
    order = np.array([0, 1, 2, 4, 3, 5, 6, 7])  # bits resid 1, mlp 2, attn 4 → place in the list above
    found = np.zeros(count * 8, np.int64)
    for at in range(0, len(own.values), CHUNK):
        part = slice(at, at + CHUNK)
        f, on = own.features[part].astype(np.int64), own.values[part] > 0
        row = np.broadcast_to(np.arange(len(f))[:, None], f.shape)
        bits = np.zeros(f.shape, np.int64)
        for bit, kind in enumerate(("resid", "mlp", "attn")):
            other = codes[before[kind]]
            active = np.zeros((len(f), width[before[kind]]), bool)
            hit = other.values[part] > 0
            active[np.nonzero(hit)[0], other.features[part][hit]] = True
            match = table[f"match.{before[kind]}.index"][:, 0].astype(np.int64)
            bits |= active[row, match[f]].astype(np.int64) << bit
        found += np.bincount(f[on] * 8 + order[bits[on]], minlength=count * 8)
    found = found.reshape(count, 8)
    return {"group_share": (found / np.maximum(found.sum(1, keepdims=True), 1)).astype(np.float16)}


def token_table(sae, gain, unembedding):
    """Most promoted and suppressed tokens: decoder row × final gain × unembedding, centred."""
    found = {"promoted": [], "suppressed": []}
    for rows in (sae.w_dec * gain).split(AT_ONCE):
        logits = rows @ unembedding.t()
        logits -= logits.mean(1, keepdim=True)
        for name, sign in zip(found, (1, -1)):
            found[name].append((sign * logits).topk(LISTED, dim=1).indices)
    return {name: torch.cat(parts).numpy().astype(np.uint16) for name, parts in found.items()}


def coarse(cosine):
    return (np.round(cosine / STEP) * STEP).astype(np.float32)


def match_table(sae, before):
    """Best matches in each SAE of `before` (by id), signed cosines of unit decoder rows."""
    out = {}
    for other, earlier in before.items():
        cosine, index = (sae.unit @ earlier.unit.t()).topk(MATCHES, dim=1)
        out[f"match.{other}.index"] = index.numpy().astype(np.uint16)
        out[f"match.{other}.cosine"] = coarse(cosine.numpy())
    return out
