"""What the SAEs keep of held-out text: codes, errors and the model's losses, for each kind of text apart.

The model multiplies as it does while SAEs learn; SAEs are the stored ones, in float32.
"""

import json

import numpy as np
import torch

import coding
import metrics
from evaluate import finish, nats
from layers import LAYERS, dictionary
from rows import learnt
from side_by_side import side_by_side

AT_ONCE = 8
#: Losses are taken in the first rows of each kind, up to this share of them; with zeros in one batch of so many.
LOSSES, ZEROS = 0.3, 3
#: Batches from which the mean and the covariance of a site are taken: one in so many.
MEAN, SPREAD = 4, 6
#: Kinds that are stated apart.
APART = ("article", "code", "talk", "story")


def means(model, held):
    """{layer: mean activation} of a part of the held-out rows."""
    batches = list(held.batches(AT_ONCE))[::MEAN]

    def part(number):
        _, ids, *_ = batches[number]
        keep = learnt(ids)
        with torch.no_grad():
            taps = [x[keep].double() for layer, x in enumerate(model.residuals(ids)) if layer in LAYERS]
        return np.array([[len(x), *x.sum(0).tolist()] for x in taps])

    total = sum(side_by_side(part, len(batches)))
    return {layer: torch.from_numpy(row[1:] / row[0]).float() for layer, row in zip(LAYERS, total)}


def part_of(model, saes, ids, keep, losses, zeros, covariance):
    """Of a few rows: {layer: codes}, {layer: sums}; `losses` and `zeros` say whether these are taken too."""
    with torch.no_grad():
        taps = list(model.residuals(ids))
        targets = ids[:, 1:].masked_fill(~keep[:, 1:], -1).flatten()
        clean = nats(model, taps[-1], targets) if losses else 0.0
        codes, sums = {}, {}
        for layer, sae in saes.items():
            x = taps[layer][keep]
            values, features = sae.encode(x)
            made = sae.decode(values, features)
            codes[layer] = values.numpy(), features.numpy().astype(np.uint16)
            error, square = (made - x).square().sum(1).double(), x.square().sum(1).double()
            said = lambda edit: nats(model, finish(model, taps[layer].index_put((keep,), edit), layer), targets)
            count = int((targets >= 0).sum()) if losses else 0
            sums[layer] = {
                "tokens": len(x), "fired": int((values > 0).sum()), "ratio": float((error / square).sum()), "error": float(error.sum()),
                "square": float(square.sum()), "sum": x.double().sum(0).numpy(), "targets": count, "clean": clean,
                "sae": said(made) if losses else 0.0, "zero": said(torch.zeros(())) if zeros else 0.0,
                "zeroed": count if zeros else 0, "clean_zeroed": clean if zeros else 0.0,
                "squares": (x.double().t() @ x.double()).numpy() if covariance else None}
    return codes, sums


def add(total, sums):
    for name, value in sums.items():
        if value is not None:
            total[name] = total.get(name, 0) + value
    if sums["squares"] is not None:
        total["spread_n"] = total.get("spread_n", 0) + sums["tokens"]
        total["spread_sum"] = total.get("spread_sum", 0) + sums["sum"]


def read(model, saes, held, folder, say=print):
    """({layer: codes of all tokens that count}, their ids, {kind: {layer: sums}}); kept in `folder`, where it is complete."""
    batches = list(held.batches(AT_ONCE))
    keeps = [learnt(ids) for _, ids, *_ in batches]
    ends = np.cumsum([0, *(int(keep.sum()) for keep in keeps)])
    tokens = torch.cat([ids[keep] for (_, ids, *_), keep in zip(batches, keeps)]).numpy()
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "sums.npy"
    codes = {layer: coding.Codes(folder, str(layer), ends[-1], dictionary(layer).k, "r" if done.exists() else "w+") for layer in saes}
    if done.exists():
        return codes, tokens, np.load(done, allow_pickle=True).item()

    def part(number):
        kind, ids, at, within = batches[number]
        losses = at < LOSSES
        found, sums = part_of(model, saes, ids, keeps[number], losses, losses and within % ZEROS == 0, number % SPREAD == 0)
        for layer, (values, features) in found.items():
            codes[layer].values[ends[number] : ends[number + 1]] = values
            codes[layer].features[ends[number] : ends[number + 1]] = features
        return kind, sums

    total = {}
    for number, (kind, sums) in enumerate(side_by_side(part, len(batches))):
        for layer, own in sums.items():
            add(total.setdefault(kind, {}).setdefault(layer, {}), own)
        if number % 20 == 0:
            say(f"{number} of {len(batches)} batches read")
    np.save(done, total, allow_pickle=True)
    return codes, tokens, total


def summed(sums, kinds, layer):
    total = {}
    for kind in kinds:
        for name, value in sums[kind][layer].items():
            total[name] = total.get(name, 0) + value
    return total


def losses(s):
    """Zeros cost what they cost more than the clean loss of the same rows."""
    clean = s["clean"] / s["targets"]
    sae = s["sae"] / s["targets"]
    zero = clean + (s["zero"] - s["clean_zeroed"]) / max(1, s["zeroed"])
    return {"ce_clean": clean, "ce_sae": sae, "ce_zero": zero, "ce_recovered": (zero - sae) / (zero - clean)}


def variance(s):
    return s["square"] - float((s["sum"] ** 2).sum()) / s["tokens"]


def apart(sums, layer):
    """The documented extra: metrics of each kind of text, `fvu` against the mean of that kind."""
    out = {}
    for kind in APART:
        if kind in sums:
            s = sums[kind][layer]
            out[kind] = {"l0": s["fired"] / s["tokens"], "nmse": s["ratio"] / s["tokens"], "fvu": s["error"] / variance(s),
                         **losses(s), "tokens": s["tokens"], "loss_tokens": s["targets"]}
    return out


def summary(codes, density, sums, layer):
    s = summed(sums, sums, layer)
    mean = s["spread_sum"] / s["spread_n"]
    values = torch.linalg.eigvalsh(torch.from_numpy(s["squares"] / s["spread_n"] - np.outer(mean, mean))).clamp_min(0).sqrt()
    found = metrics.summary(codes.values, density, (s["ratio"], s["error"], variance(s)), losses(s), values)
    return {**found, "loss_tokens": s["targets"], "kinds": apart(sums, layer)}


def examples(model, saes, shown, folder, say=print):
    """({layer: codes}, places in the text) of the example texts; `model` multiplies in float32."""
    folder.mkdir(parents=True, exist_ok=True)
    done = folder / "done.json"
    groups, inside = zip(*shown.rows())
    lengths = [int(i.sum()) for i in inside]
    starts = np.cumsum([0, *lengths])
    codes = {layer: coding.Codes(folder, str(layer), starts[-1], dictionary(layer).k, "r" if done.exists() else "w+") for layer in saes}
    if not done.exists():
        def part(number):
            with torch.no_grad():
                taps = {layer: x for layer, x in enumerate(model.residuals(groups[number])) if layer in saes}
            for layer, sae in saes.items():
                values, features = sae.encode(taps[layer][inside[number]])
                codes[layer].values[starts[number] : starts[number + 1]] = values.numpy()
                codes[layer].features[starts[number] : starts[number + 1]] = features.numpy().astype(np.uint16)
            return number

        for number in side_by_side(part, len(groups)):
            if number % 10 == 0:
                say(f"{number} of {len(groups)} groups of example texts read")
        done.write_text(json.dumps(True))
    place = np.flatnonzero(shown.shown)
    return {layer: Part(codes[layer], place) for layer in saes}, place


class Part:
    """Codes at some places."""

    def __init__(self, codes, place):
        self.values, self.features = codes.values[place], codes.features[place]


def check(model, saes, documents):
    """The metrics on texts that ship, in float32, for anybody to measure again."""
    out, tokens = {dictionary(layer).id: dict.fromkeys(("fired", "ratio", "clean", "sae", "zero"), 0.0) for layer in saes}, 0

    def part(number):
        ids = torch.tensor([documents[number]])
        return part_of(model, saes, ids, learnt(ids), True, True, False)[1]

    for sums in side_by_side(part, len(documents)):
        tokens += sums[LAYERS[0]]["targets"]
        for layer in saes:
            for name in out[dictionary(layer).id]:
                out[dictionary(layer).id][name] += sums[layer][name]
    for name, s in out.items():
        clean, sae, zero = (s[n] / tokens for n in ("clean", "sae", "zero"))
        out[name] = {"l0": s["fired"] / tokens, "nmse": s["ratio"] / tokens, "ce_clean": clean, "ce_sae": sae, "ce_zero": zero,
                     "ce_recovered": (zero - sae) / (zero - clean)}
    return {"texts": len(documents), "tokens": tokens, "saes": out}
