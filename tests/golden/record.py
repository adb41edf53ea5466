"""The goldens of a micro pack: golden.json and golden.safetensors beside it. README.md states both formats."""
import json

import numpy as np
import torch

import packs
import steering
import summaries
import tensors
from reference import is_plain
from saes import TOP

WRITTEN, CONTINUED = 12, 8
# Of long lists of logits every fourth column is kept: ids 0, 4, 8 and so on.
STRIDE = 4
F64 = torch.float64
TEXTS = {
    # name: text, tokens kept of it (None: all)
    "one": ("", None),
    "forty": ("The old clockmaker quietly mended seven brass keys behind the theatre, because the bell had rung. "
              "\"Don't shout,\" said our café owner, while it's raining (12 pears) under the frozen umbrella.", 40),
    "repeat": ("the bell the bell the bell the bell", None),
    "short": ("A green lantern in the harbour", 6),
}
TOKENIZED = [
    "", " ", "A tired baker.", "we'll  wait\n\n\tfor 1904 pears", "naïve café — 日本 🙂", "under_the_stairs!?", "<|endoftext|",
]


def numbers(tensor, kind=np.float32):
    return tensor.numpy().astype(kind)


def margin(rows):
    """Least distance of the likeliest from the second."""
    top = rows.topk(2, dim=-1).values
    return (top[:, 0] - top[:, 1]).min().item()


def same(rows, full):
    """Cached and uncached logits: equal to 1e-5 of the largest (float32), to 1e-12 of it (float64)."""
    allowed = 1e-5 if rows.dtype == torch.float32 else 1e-12
    return (rows - full).abs().max() <= allowed * full.abs().max()


def prompts(words):
    out = {}
    for name, (text, kept) in TEXTS.items():
        ids = words.encode(text)[:kept]
        text = words.decode(ids)
        out[name] = {"text": text if words.encode(text) == ids else None, "ids": ids}
    return out


def reading(pack, table, out):
    """Logits, taps, codes and lenses of the prompts. Adds to `out`; answers the largest float32 error."""
    llama, exact, saes, worst = pack.model(), pack.model(F64), pack.saes(), 0.0
    for name in ("one", "forty", "repeat"):
        ids = table[name]["ids"]
        logits, taps = llama.taps(ids)
        positions = list(range(len(ids)))[-6:]
        true = exact.forward(ids)
        worst = max(worst, (logits - true).abs().max().item())
        table[name]["logits64_positions"] = positions
        at = f"read.{name}."
        out[at + "logits"] = numbers(logits)
        out[at + "logits64"] = numbers(true[positions], np.float64)
        for site, h in taps.items():
            if is_plain(site):
                out[f"{at}tap.{site}"] = numbers(h)
            if site == "blocks.0.hook_resid_pre" or site.endswith("resid_post"):
                best = torch.softmax(llama.unembedded(h), -1).topk(5)
                out[f"{at}lens.{site}.ids"] = numbers(best.indices, np.int32)
                out[f"{at}lens.{site}.p"] = numbers(best.values)
        for key, sae in saes.items():
            x = taps[sae.site]
            a = sae.encode(x)
            offsets, features, strengths = packs.codes(a)
            out[f"{at}code.{key}.offsets"] = offsets
            out[f"{at}code.{key}.features"] = features
            out[f"{at}code.{key}.activations"] = strengths
            out[f"{at}code.{key}.edge"] = numbers(sae.edge(x))
            out[f"{at}code.{key}.fvu"] = numbers(sae.fvu(x, a))
    return worst


def decoding(pack, table, out):
    """Greedy decoding over the cache, proved against the full forward pass."""
    llama, exact, lines = pack.model(), pack.model(F64), {}
    for name in ("one", "forty", "repeat"):
        ids = table[name]["ids"]
        written, rows = llama.greedy(ids, WRITTEN)
        written64, rows64 = exact.greedy(ids, WRITTEN)
        proved = same(rows, llama.forward(ids + written[:-1])) and same(rows64, exact.forward(ids + written[:-1]))
        if not proved or written64 != written or 0 in written:
            raise AssertionError(f"{name}: cached decoding differs from the full forward pass")
        out[f"decode.{name}.logits"] = numbers(rows[len(ids) - 1 :, ::STRIDE])
        lines[name] = {"ids": written, "margin": margin(rows[len(ids) - 1 :])}
    return lines


def chosen(pack, ids):
    """`pick(sae, rank, mode)`: edits of an SAE's features, ranked by their total activation on the prompt.
    Features with an empty encoder column, which every token activates alike, come last."""
    taps, saes, order, level = pack.model().taps(ids)[1], pack.saes(), {}, {}
    for name, sae in saes.items():
        a = sae.encode(taps[sae.site])
        total = a.sum(0) * ~sae.empty
        order[name] = total.argsort(descending=True, stable=True).tolist()
        level[name] = (a.sum(0) / (a > 0).sum(0).clamp(min=1)).tolist()

    def pick(name, rank, mode, times=1.0):
        """`times` is in units of the feature's mean, but for `scale` a plain factor."""
        index = order[name][rank]
        value = "" if mode == "ablate" else f":{times}" if mode == "scale" else f":{times * level[name][index]:.2f}"
        return f"{name}/{index}={mode}{value}"

    return pick


def nearness(sae, h, index):
    """How far the feature's pre-activation is from the line that decides whether it is active."""
    p = sae.pre(h)
    if sae.kind not in TOP:
        return p[:, index].abs().min().item()
    top = p.topk(sae.k + 1, dim=-1).values
    kept = p[:, index] >= top[:, sae.k - 1]
    return torch.where(kept, p[:, index] - top[:, sae.k], top[:, sae.k - 1] - p[:, index]).min().item()


def steered(pack, ids, cases, out, continued=CONTINUED):
    """Every case: logits of prompt and continuation, proved against the uncached pass and float64."""
    llama, exact, saes, saes64 = pack.model(), pack.model(F64), pack.saes(), pack.saes(F64)
    plain, lines, worst = None, [], 0.0
    for name, edits in cases:
        visit = steering.visitor(edits, saes)
        written, rows = llama.greedy(ids, continued, visit)
        near = []

        def watch(site, h):
            for edit in map(steering.parse, edits):
                if saes[edit.sae].site == site:
                    near.append(nearness(saes[edit.sae], h, edit.index))
            return visit(site, h)

        full = llama.forward(ids + written[:-1], watch)
        exactly = steering.visitor(edits, saes64)
        written64, rows64 = exact.greedy(ids, continued, exactly)
        proved = same(rows, full) and same(rows64, exact.forward(ids + written64[:-1], exactly))
        error = (rows - rows64).abs().max().item() if written64 == written else float("inf")
        plain = rows if plain is None else plain
        line = {
            "name": name, "edits": edits, "ids": written, "margin": margin(rows[len(ids) - 1 :]),
            "edge": min(near) if near else None,
            "change": (rows[: len(ids)] - plain[: len(ids)]).abs().max().item(),
        }
        if not proved or error > 1e-4 or 0 in written:
            raise AssertionError(f"{name}: cached, full and float64 passes differ: {error} {line}")
        if line["margin"] < 5e-3 or (near and min(near) < 1e-4) or (edits and line["change"] < 1e-2):
            raise AssertionError(f"case decides too little or by too little: {line}")
        worst = max(worst, error)
        lines.append(line)
        out[f"steer.{name}.logits"] = numbers(rows[:, ::STRIDE])
    return lines, worst


def unchanged(pack, ids, edits):
    """scale:1 and add:0 leave every logit as it was, to the bit."""
    llama, saes = pack.model(), pack.saes()
    plain = llama.forward(ids)
    for edit in edits:
        if not torch.equal(llama.forward(ids, steering.visitor([edit], saes)), plain):
            raise AssertionError(f"{edit} changes the logits")


def apart(pack, ids, edits):
    """Largest difference between edits taken together and one after the other: the case must tell them apart."""
    llama, saes = pack.model(), pack.saes()
    one_by_one = [steering.visitor([edit], saes) for edit in edits]

    def visit(site, h):
        for step in one_by_one:
            h = step(site, h)
        return h

    return (llama.forward(ids, visit) - llama.forward(ids, steering.visitor(edits, saes))).abs().max().item()


def record(pack, words, cases):
    """Writes both files; answers the largest differences between float32 and float64."""
    out, table = {}, prompts(words)
    short = table["short"]["ids"]
    golden = {"format": "undercurrent-golden", "version": 1, "torch": torch.__version__, "prompts": table,
              "stride": STRIDE}
    golden["tokenization"] = [{"text": text, "ids": words.encode(text)} for text in TOKENIZED]
    errors = {"read": reading(pack, table, out)}
    golden["decode"] = decoding(pack, table, out)
    pick = chosen(pack, short)
    steps = cases(pick)
    together = next(edits for name, edits in steps if name == "two-at-one-site")
    if apart(pack, short, together) < 1e-2:
        raise AssertionError("two-at-one-site does not tell simultaneous from successive edits")
    unchanged(pack, short, [pick(name, 0, *edit) for name in pack.lines for edit in (("scale", 1.0), ("add", 0.0))])
    lines, errors["steer"] = steered(pack, short, [("plain", []), *steps], out)
    golden["steer"] = {"prompt": "short", "cases": lines}
    golden["float64_difference"] = errors
    golden["origins"] = {}
    saes, nulls = pack.saes(), {name: line.get("null") for name, line in pack.lines.items()}
    for name, sae in saes.items():
        near = [site for site in summaries.upstream(sae.site).values() if site in saes]
        residual = name == sae.site and name.endswith("resid_post") and not name.startswith("blocks.0.")
        if residual and near and all(nulls[site] for site in near):
            golden["origins"][name], scores, z = summaries.origins(sae, saes, nulls)
            out[f"origins.{name}.scores"], out[f"origins.{name}.z"] = scores, z
    (pack.folder / "golden.safetensors").write_bytes(tensors.dumps(out))
    (pack.folder / "golden.json").write_text(json.dumps(golden, ensure_ascii=False, indent="\t") + "\n")
    return errors, lines
