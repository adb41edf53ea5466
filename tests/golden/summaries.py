"""What a pack says about an SAE beyond its weights: statistics, nulls, metrics, origins."""
import itertools
import re

import numpy as np
import torch

BEFORE, AFTER, EXAMPLES, BINS, MATCHES = 15, 9, 12, 16, 5


def unit(rows):
    return rows / rows.norm(dim=1, keepdim=True)


def null(sae, seed, draws=20000):
    """Best cosine of isotropic random unit vectors against the SAE's decoder."""
    noise = torch.randn(draws, sae.rows.shape[1], generator=torch.Generator().manual_seed(seed))
    rows = unit(sae.rows)
    best = torch.cat([(unit(part) @ rows.T).max(1).values for part in noise.split(2000)]).double().numpy()
    return {"median": float(np.median(best)), "std": float(best.std()), "q999": float(np.quantile(best, 0.999)),
            "draws": draws, "seed": seed}


def upstream(site):
    """Sites whose features may feed this one's, by kind."""
    layer, kind = int(re.search(r"\d+", site).group()), site.rpartition("hook_")[2]
    before = {"resid": f"blocks.{layer - 1}.hook_resid_post"} if layer else {}
    attn, mlp = {"attn": f"blocks.{layer}.hook_attn_out"}, {"mlp": f"blocks.{layer}.hook_mlp_out"}
    return {"resid_post": {**before, **mlp, **attn}, "mlp_out": {**attn, **before}, "attn_out": before}.get(kind, {})


def metrics(llama, saes, docs):
    """Of every SAE, over the tokens that follow the first of each document."""
    loss = lambda logits, ids: torch.nn.functional.cross_entropy(
        logits[1:-1], torch.tensor(ids[2:]), reduction="sum").item()
    out, count = {}, sum(len(ids) - 2 for ids in docs)
    taps = [llama.taps(ids) for ids in docs]
    clean = sum(loss(logits, ids) for (logits, _), ids in zip(taps, docs)) / count
    for name, sae in saes.items():
        x = torch.cat([seen[sae.site][1:] for _, seen in taps])
        a = sae.encode(x)
        error = (x - sae.reconstruct(x, a)).pow(2).sum()
        swap = lambda site, h: sae.reconstruct(h, sae.encode(h)) if site == sae.site else h
        drop = lambda site, h: h * 0 if site == sae.site else h
        swapped, dropped = (sum(loss(llama.forward(ids, visit), ids) for ids in docs) / count for visit in (swap, drop))
        out[name] = {
            "l0": (a > 0).sum(1).float().mean().item(), "nmse": (error / x.pow(2).sum()).item(),
            "fvu": (error / (x - sae.mean).pow(2).sum()).item(), "ce_clean": clean, "ce_sae": swapped,
            "ce_zero": dropped, "ce_recovered": (dropped - swapped) / (dropped - clean),
            "dead": ((a > 0).sum(0) == 0).float().mean().item(), "tokens": len(x),
        }
    return out


def statistics(sae, llama, saes, docs, examples=EXAMPLES):
    """The tensors of a stats file that every pack has."""
    starts = np.cumsum([0] + [len(ids) for ids in docs])
    # Row by row of the example text; the special tokens in front are silent by definition.
    parts = [sae.encode(llama.taps(ids)[1][sae.site]).numpy() for ids in docs]
    for part in parts:
        part[0] = 0
    a, n = np.concatenate(parts), sae.rows.shape[0]
    tokens, active = len(a) - len(docs), a > 0
    top, counts = a.max(0), active.sum(0)
    out = {
        "density": counts / tokens, "max": top, "mean": a.sum(0) / np.maximum(counts, 1),
        "hist_counts": np.zeros((n, BINS), np.uint32),
        "example_at": np.full((n, examples), -1, np.int32), "example_quantile": np.zeros((n, examples), np.float32),
        "example_count": np.zeros((n, examples), np.uint8),
    }
    offsets, strengths = [], []
    for i in np.flatnonzero(counts):
        out["hist_counts"][i] = np.histogram(a[active[:, i], i], BINS, (0, top[i]))[0]
        # One peak a document.
        peaks = [(part[:, i].max(), start + part[:, i].argmax(), start) for part, start in zip(parts, starts)]
        peaks = sorted((peak for peak in peaks if peak[0] > 0), key=lambda peak: -peak[0])
        for e, (_, at, start) in enumerate(peaks[:examples]):
            end = starts[np.searchsorted(starts, at, "right")]
            begin = max(start + 1, at - BEFORE)
            window = a[begin : min(end, at + AFTER), i]
            inside = np.flatnonzero(window)
            out["example_at"][i, e] = at
            out["example_quantile"][i, e] = (len(peaks) - e) / len(peaks)
            out["example_count"][i, e] = len(inside)
            offsets += inside.tolist()
            strengths += window[inside].tolist()
    out["example_offset"] = np.array(offsets, np.uint8)
    out["example_act"] = np.array(strengths, np.float16)
    effect = (sae.rows * llama.weights["model.norm.weight"]) @ llama.module.get_output_embeddings().weight.T.detach()
    effect = effect - effect.mean(1, keepdim=True)
    out["promoted"] = effect.topk(8).indices.numpy().astype(np.uint16)
    out["suppressed"] = (-effect).topk(8).indices.numpy().astype(np.uint16)
    for name, other in saes.items():
        if other.site in upstream(sae.site).values():
            best = (unit(sae.rows) @ unit(other.rows).T).topk(MATCHES)
            out[f"match.{name}.index"] = best.indices.numpy().astype(np.uint16)
            out[f"match.{name}.cosine"] = best.values.numpy()
    return {key: value.astype(np.float32) if value.dtype == np.float64 else value for key, value in out.items()}


def verdict(high):
    if high["resid"]:
        return "processed" if high["mlp"] or high["attn"] else "translated"
    return "newborn" if high["mlp"] or high["attn"] else "unexplained"


def origins(sae, saes, nulls):
    """Origin of every feature of a residual site; matches into the unnamed SAE of each upstream site."""
    sites, n = upstream(sae.site), sae.rows.shape[0]
    kinds = ("resid", "mlp", "attn")
    scores, z = np.full((n, 3), np.nan, np.float32), np.full((n, 3), np.nan, np.float32)
    for column, kind in enumerate(kinds):
        if sites[kind] in saes:
            table = nulls[sites[kind]]
            scores[:, column] = (unit(sae.rows) @ unit(saes[sites[kind]].rows).T).max(1).values
            z[:, column] = (scores[:, column] - table["median"]) / table["std"]
    out = {"origin": [], "from": [], "missing": []}
    absent = [kind for kind in kinds if sites[kind] not in saes]
    for row in scores:
        high = {kind: bool(row[c] > nulls[sites[kind]]["q999"]) if kind not in absent else False
                for c, kind in enumerate(kinds)}
        cases = itertools.product((False, True), repeat=len(absent))
        possible = [verdict({**high, **dict(zip(absent, case))}) for case in cases]
        changing = [
            sites[kind] for kind in absent
            if any(verdict({**high, **dict(zip(absent, case)), kind: False})
                   != verdict({**high, **dict(zip(absent, case)), kind: True})
                   for case in itertools.product((False, True), repeat=len(absent)))
        ]
        out["origin"].append(possible[0] if len(set(possible)) == 1 else "not measured")
        out["from"].append([kind for kind in kinds if high[kind]])
        out["missing"].append(changing)
    margin = min(np.abs(scores[:, c] - nulls[sites[kind]]["q999"]).min()
                 for c, kind in enumerate(kinds) if kind not in absent)
    return {**out, "margin": float(margin)}, scores, z
