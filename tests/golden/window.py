"""The golden of a pack made elsewhere: its own example text read in windows. README.md states the format."""
import json

import numpy as np
import torch

import steering
import tensors
from reference import is_plain
from saes import TOP

WINDOW, EVERY, PREFIX, WRITTEN, SILENT = 250, 10, 32, 24, 65535
F64 = torch.float64


def windows(pack, tokens):
    """Windows [N, W] of the example text, evenly spread; each begins where a document does, with token 0."""
    docs = pack.documents()
    text = np.concatenate([np.array(ids) for ids in docs])
    starts = np.cumsum([0] + [len(ids) for ids in docs[:-1]])
    width = min(WINDOW, pack.config["max_position_embeddings"])
    starts = starts[starts + width <= len(text)]
    count = -(-tokens // width)
    if not len(starts):
        raise ValueError(f"the example text is shorter than a window of {width} tokens")
    return [text[starts[i * len(starts) // count] :][:width].tolist() for i in range(count)]


def greedy(llama, exact, ids, edits, saes, saes64):
    """Greedy continuation with each step's margin, cut before token 0 and where float64 goes another way."""
    written, rows = llama.greedy(ids, WRITTEN, steering.visitor(edits, saes))
    other, _ = exact.greedy(ids, WRITTEN, steering.visitor(edits, saes64))
    agreed = next((i for i, pair in enumerate(zip(written, other)) if pair[0] != pair[1]), WRITTEN)
    ended = written.index(0) if 0 in written else WRITTEN
    top = rows[len(ids) - 1 :].topk(2, dim=-1).values
    cut = min(agreed, ended)
    return {"edits": edits, "ids": written[:cut], "margins": (top[:, 0] - top[:, 1])[:cut].tolist()}


def cases(saes, taps, prefix):
    """None, one SAE each of attention, MLP and residual in the middle of the model, and all three at once."""
    singles = []
    for hook, mode, times in (("attn_out", "add", 4), ("mlp_out", "set", 6), ("resid_post", "scale", 4)):
        names = [name for name in saes if name.endswith(hook)]
        if not names:
            continue
        sae = saes[names[len(names) // 2]]
        a = sae.encode(taps[sae.site][1:prefix])
        index = int(a.sum(0).argmax())
        value = times if mode == "scale" else times * a[:, index].max().item()
        singles.append(f"{sae.name}/{index}={mode}:{value:.2f}")
    return [[], *([edit] for edit in singles), singles]


def record(pack, path, tokens):
    llama, exact, saes, saes64 = pack.model(), pack.model(F64), pack.saes(), pack.saes(F64)
    read = windows(pack, tokens)
    width = len(read[0])
    places = [0, 1, width // 14, width // 4, 3 * width // 5, width - 1]
    rows = np.arange(0, len(read) * width, EVERY)
    points = [window * width + place for window in (0, len(read) - 1) for place in places]
    runs, runs64 = [llama.taps(ids) for ids in read], [exact.taps(ids) for ids in read]
    join = lambda parts: torch.cat(list(parts))
    logits, true = join(run[0] for run in runs), join(run[0] for run in runs64)
    stream = lambda taken, site: join(seen[site] for _, seen in taken)
    out = {
        "ids": np.array(read, np.uint16), "rows": rows.astype(np.int32), "points": np.array(points, np.int32),
        "logits": logits[points].numpy(),
    }
    sites = [site for site in runs[0][1] if is_plain(site)]
    for site in sites:
        out[f"tap.{site}"] = stream(runs, site)[points].numpy()
    unsettled = {}
    for name, sae in saes.items():
        if sae.kind not in TOP:
            print(f"{name}: {sae.kind}, left out")
            continue
        x, x64 = stream(runs, sae.site), stream(runs64, sae.site)
        a = sae.encode(x)
        top = a.topk(sae.k, dim=-1)
        edge = sae.edge(x)
        gap = edge[:, 0] - edge[:, 1]
        out[f"code.{name}.features"] = top.indices.masked_fill(top.values == 0, SILENT).numpy().astype(np.uint16)
        out[f"code.{name}.gap"] = gap.numpy()
        out[f"code.{name}.activations"] = top.values[rows].numpy()
        out[f"code.{name}.fvu"] = sae.fvu(x, a)[rows].numpy()
        differ = ((a > 0) != (saes64[name].encode(x64) > 0)).any(1)
        unsettled[name] = {"rows": int(differ.sum()), "gap": gap[differ].max().item() if differ.any() else 0.0}
    prefix = read[0][: min(PREFIX, width // 2)]
    notes = {
        "format": "undercurrent-golden-window", "version": 1, "torch": torch.__version__, "pack": pack.manifest["name"],
        "sha256": {
            file: entry["sha256"] for file, entry in pack.manifest["files"].items()
            if file in pack.manifest["model"]["weights"] or file in [line["weights"] for line in pack.lines.values()]
        },
        "prefix": prefix,
        "write": [greedy(llama, exact, prefix, edits, saes, saes64) for edits in cases(saes, runs[0][1], len(prefix))],
        "float64_difference": {
            "logits": (logits - true).abs().max().item(), "logits_rms": logits.pow(2).mean().sqrt().item(),
            "taps_relative": max(
                ((stream(runs, s) - stream(runs64, s)).abs().max() / stream(runs, s).pow(2).mean().sqrt()).item()
                for s in sites),
            "sets": unsettled,
        },
    }
    data = tensors.dumps(out, {"golden": json.dumps(notes, separators=(",", ":"))})
    with open(path, "wb") as file:
        file.write(data)
    print(f"{path}: {len(data):,} bytes, {len(read)} windows of {width} tokens")
    print(json.dumps(notes["float64_difference"]))
    for case in notes["write"]:
        print(" ".join(case["edits"]) or "plain", len(case["ids"]), "tokens, least margin",
              min(case["margins"], default=None))
