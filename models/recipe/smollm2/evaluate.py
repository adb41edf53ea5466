"""What the SAEs keep of held-out text: unexplained variance, L0, silent features, and the model's losses with them.

    evaluate.py WORK FILE [--saes CHECKPOINT | --export FOLDER] [--kind article] [--rows 208]
"""

import argparse
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

import encoders
from kept import kept
from layers import LAYERS, dictionary, site
from llama import Llama
from opened import opened
from rows import learnt, windows
from tensors import from_bytes
from texts import token_files
from topk import FAR, TopK
from train import CHECKPOINT

ROWS_AT_ONCE, SEED = 4, 7
#: The loss with zeros is far from the others and is taken of every so manieth batch; so often is written what is known.
EVERY = 4


def drawn(data, kind, rows):
    """Windows of held-out text of a kind, the same whenever they are asked for."""
    found = windows(token_files(data, "held")[kind])
    return torch.from_numpy(found[np.random.default_rng(SEED).permutation(len(found))[:rows]])


def nats(model, x, targets):
    """The sum of the losses after the last residual `x`; targets of -1 do not count."""
    logits = model.said(x)[:, :-1].flatten(0, 1)
    return float(F.cross_entropy(logits, targets, ignore_index=-1, reduction="sum"))


def finish(model, x, layer):
    """The last residual, from the one after `layer`."""
    for x in model.onward(x, layer + 1):
        pass
    return x


def one(model, saes, ids, zeros):
    """Sums over a few rows: {"clean": …, "targets": …, layer: {…}}; what is not learnt keeps its own value."""
    keep = learnt(ids)
    targets = ids[:, 1:].masked_fill(~keep[:, 1:], -1).flatten()
    taps = list(model.residuals(ids))
    out = {"clean": nats(model, taps[-1], targets), "targets": int((targets >= 0).sum())}
    for layer, sae in saes.items():
        x = taps[layer][keep]
        values, features = sae.encode(x)
        error = (sae.decode(values, features) - x).square().sum(1)
        with_edit = lambda edit: nats(model, finish(model, taps[layer].index_put((keep,), edit), layer), targets)
        out[layer] = {
            "sae": with_edit(sae.decode(values, features)), "zero": with_edit(torch.zeros(())) if zeros else None,
            "l0": int((values > 0).sum()), "fired": features[values > 0].bincount(minlength=sae.features),
            "error": error, "activations": x}
    return out


def summary(parts, layer):
    clean, targets = (sum(p[name] for p in parts) for name in ("clean", "targets"))
    of = lambda name: sum(p[layer][name] for p in parts)
    x, error = (torch.cat([p[layer][name] for p in parts]) for name in ("activations", "error"))
    spread = (x - x.mean(0)).square().sum(1)
    near = spread.sqrt() < FAR * spread.sqrt().median()
    zeroed = [p for p in parts if p[layer]["zero"] is not None]
    ce_clean, ce_sae = clean / targets, of("sae") / targets
    ce_zero = sum(p[layer]["zero"] for p in zeroed) / sum(p["targets"] for p in zeroed)
    return {
        "fvu": float(error.double().sum() / spread.double().sum()),
        "fvu_near": float(error[near].sum() / spread[near].sum()), "far": float(1 - near.float().mean()),
        "l0": of("l0") / len(x), "silent_here": float((of("fired") == 0).float().mean()),
        "ce_clean": ce_clean, "ce_sae": ce_sae, "ce_zero": ce_zero,
        "ce_recovered": (ce_zero - ce_sae) / (ce_zero - ce_clean)}


def evaluate(model, saes, ids):
    """Yields (tokens, {layer: numbers}) of more and more of the rows of ids."""
    def part(numbered):
        number, batch = numbered
        with torch.no_grad():
            return one(model, saes, batch, number % EVERY == 0)

    parts, batches = [], ids.split(ROWS_AT_ONCE)
    with ThreadPoolExecutor(torch.get_num_threads(), initializer=lambda: torch.set_num_threads(1)) as pool:
        for found in pool.map(part, enumerate(batches)):
            parts.append(found)
            if len(parts) % EVERY == 0 or len(parts) == len(batches):
                yield sum(p["targets"] for p in parts), {layer: summary(parts, layer) for layer in saes}


def learning(path):
    """The SAEs of a checkpoint, in float32, and what it says of each."""
    state = kept(path)
    saes = {layer: TopK.of(s) for layer, s in state["saes"].items()}
    told = {layer: {"dead": sae.dead()} for layer, sae in saes.items()}
    exact = {layer: encoders.exact(sae.raw(), dictionary(layer)) for layer, sae in saes.items()}
    return exact, told, state["tokens"]


def exported(folder):
    """The SAEs as `export.py` stores them, rounded."""
    told = json.loads((Path(folder) / "saes.json").read_text())
    stored = lambda layer: from_bytes((Path(folder) / f"{site(layer)}.safetensors").read_bytes())
    return ({layer: encoders.opened(stored(layer), dictionary(layer)) for layer in LAYERS},
            {layer: {"dead": told["dead"][str(layer)]} for layer in LAYERS}, told["tokens"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--saes", type=Path)
    parser.add_argument("--export", type=Path)
    parser.add_argument("--kind", default="article")
    parser.add_argument("--rows", type=int, default=208)
    args = parser.parse_args()
    begun = time.time()
    saes, told, tokens = exported(args.export) if args.export else learning(args.saes or args.work / CHECKPOINT)
    shape, weights, _ = opened()
    ids = drawn(args.work / "data", args.kind, args.rows)
    for count, found in evaluate(Llama(shape, weights), saes, ids):
        result = {"kind": args.kind, "held_tokens": count, "trained_tokens": tokens, "seconds": time.time() - begun,
                  "layers": {layer: found[layer] | told[layer] for layer in saes}}
        args.file.write_text(json.dumps(result, indent=1))
    for layer, numbers in result["layers"].items():
        print(layer, " ".join(f"{name} {value:.4f}" for name, value in numbers.items()), flush=True)


if __name__ == "__main__":
    main()
