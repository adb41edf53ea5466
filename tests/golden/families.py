"""Micro packs of the other families of models, four SAEs each, and what is recorded of them."""
import json
import shutil

import numpy as np
import torch

import fixtures
import packs
import record
import steering
import tensors
from micro import CONTEXT, FAMILIES, QUIRKS, VOCAB, Draw
from reference import Reference, is_tap

F64 = torch.float64
WRITTEN, CONTINUED, STRIDE = 10, 5, 4
LONG = "The old clockmaker quietly mended seven brass keys behind the theatre, because the bell had rung."
TEXTS = {"long": (LONG, 24), "short": ("A green lantern in the harbour", 6)}
# The sites whose values are replaced by half of themselves.
HALVED = [f"blocks.{layer}.hook_{part}" for layer in (0, 1) for part in ("attn_out", "mlp_out", "resid_post")]
HALVED.insert(0, "blocks.0.hook_resid_pre")
HALVED += [f"blocks.1.{part}" for part in ("hook_resid_mid", "ln2.hook_normalized", "mlp.hook_in", "mlp.hook_post")]
SAES = [
    ("blocks.0.hook_resid_pre", "topk", 40, "I8", True, "none", {"k": 4}),
    ("blocks.1.hook_attn_out", "jumprelu", 40, "I8", False, "none", {}),
    ("blocks.1.hook_mlp_out", "standard", 40, "I8", False, "none", {}),
    ("blocks.1.hook_resid_post", "topk", 40, "I8", True, "none", {"k": 4}),
]


def cases(pick):
    embed, attn, mlp, resid = (line[0] for line in SAES)
    return [
        ("embed-add", [pick(embed, 0, "add", 2)]),
        ("embed-scale", [pick(embed, 0, "scale", 3)]),
        ("attn-add", [pick(attn, 0, "add", 3)]),
        ("attn-set", [pick(attn, 0, "set", 3)]),
        ("mlp-add", [pick(mlp, 0, "add", -3)]),
        ("mlp-scale", [pick(mlp, 0, "scale", 3)]),
        ("resid-add", [pick(resid, 0, "add", 2)]),
        ("resid-ablate", [pick(resid, 0, "ablate")]),
        ("all", [pick(embed, 0, "add", 1), pick(attn, 0, "set", 2), pick(mlp, 0, "scale", 2), pick(resid, 1, "set", 2)]),
    ]


def reading(pack, ids, out):
    """Logits, taps, lenses and spliced runs of the long prompt; answers the largest float32 error of a logit."""
    plain, exact = pack.model(), pack.model(F64)
    logits, taps = plain.taps(ids)
    true = exact.forward(ids)
    at = "read.long."
    out[at + "logits"] = record.numbers(logits[:, ::STRIDE])
    out[at + "logits64"] = record.numbers(true[-4:, ::STRIDE], np.float64)
    for site, h in taps.items():
        if is_tap(site):
            out[f"{at}tap.{site}"] = record.numbers(h)
        if site == "blocks.0.hook_resid_pre" or site.endswith("resid_post"):
            out[f"{at}lens.{site}.p"] = record.numbers(torch.softmax(plain.unembedded(h), -1).topk(5).values)
    last = f"blocks.{plain.layers - 1}.hook_resid_post"
    for site in HALVED:
        if site not in taps:
            continue
        seen = {}

        def halve(here, h):
            seen[here] = h
            return taps[site] * 0.5 if here == site else h

        plain.forward(ids, halve)
        if site != last:
            out[f"splice.{site}"] = record.numbers(seen[last])
    return (logits - true).abs().max().item()


def decoding(pack, ids, out):
    plain, exact = pack.model(), pack.model(F64)
    written, rows = plain.greedy(ids, WRITTEN)
    written64, rows64 = exact.greedy(ids, WRITTEN)
    full = ids + written[:-1]
    if not record.same(rows, plain.forward(full)) or not record.same(rows64, exact.forward(full)) or written != written64:
        raise AssertionError("cached decoding differs from the full forward pass")
    out["decode.long.logits"] = record.numbers(rows[len(ids) - 1 :, ::STRIDE])
    return {"ids": written, "margin": record.margin(rows[len(ids) - 1 :])}


def quirks(pack, name, ids, out):
    """Last logits with each quirk changed, and by how many times what is allowed they are off: it must show."""
    plain, lines = pack.model().forward(ids)[-1], []
    allowed = 1e-4 * plain.pow(2).mean().sqrt() + 1e-5 * plain.abs()
    for i, change in enumerate(QUIRKS[name]):
        other = Reference({**pack.config, **change}, pack.weights).forward(ids)[-1]
        times = ((other - plain).abs() / allowed)[::STRIDE].max().item()
        if times < 2:
            raise AssertionError(f"{name}: {change} changes too little: {times}")
        out[f"quirk.{i}.logits"] = record.numbers(other[::STRIDE])
        lines.append({"config": change, "times": times})
    return lines


def fixture(name, folder):
    seed, family = FAMILIES[name]
    folder = folder / name
    shutil.rmtree(folder, ignore_errors=True)
    words = fixtures.tokenizer(VOCAB)
    draw = Draw(seed)
    config = family(draw)
    weights = draw.stored()
    docs = fixtures.documents(words, draw.rng, 16, 40)
    reference, parts = Reference(config, tensors.widened(weights)), {}
    for ids in docs:
        for site, h in reference.taps(ids)[1].items():
            parts.setdefault(site, []).append(h[1:].numpy())
    files = {
        "model.safetensors": tensors.dumps(weights, {"format": "pt"}),
        "tokenizer.json": words.file(False).encode(), "tokenizer_config.json": words.config(CONTEXT).encode(),
    }
    lines = []
    for line in SAES:
        cfg, table = fixtures.sae(draw.rng, line, np.concatenate(parts[line[0]]), {})
        path = f"saes/{line[0]}.safetensors"
        files[path] = tensors.dumps(table)
        lines.append({"id": line[0], "site": line[0], "cfg": cfg, "weights": path, "stats": None})
    manifest = {
        "format": "undercurrent-pack", "version": "1.0.0", "name": name, "title": f"Micro {name}",
        "description": "An untrained micro model for tests.", "licence": "MIT", "citation": "",
        "provenance": {"recipe": "tests/golden/make.py", "seed": seed},
        "model": {"config": config, "weights": ["model.safetensors"], "tokenizer": "tokenizer.json",
                  "tokenizer_config": "tokenizer_config.json"},
        "saes": lines,
    }
    packs.write(folder, manifest, files)
    pack, out = packs.Pack(folder), {}
    table = {key: {"ids": words.encode(text)[:kept]} for key, (text, kept) in TEXTS.items()}
    checked = packs.self_test(pack, table["long"]["ids"], [line[0] for line in SAES])
    manifest["self_test"] = "self-test.json"
    files["self-test.json"] = (json.dumps(checked) + "\n").encode()
    packs.write(folder, manifest, files)
    errors = {"read": reading(pack, table["long"]["ids"], out)}
    golden = {"format": "undercurrent-golden-family", "version": 1, "torch": torch.__version__, "prompts": table,
              "stride": STRIDE, "decode": {"long": decoding(pack, table["long"]["ids"], out)}}
    steps = [("plain", []), *cases(record.chosen(pack, table["short"]["ids"]))]
    lines, errors["steer"] = record.steered(pack, table["short"]["ids"], steps, out, CONTINUED)
    golden["steer"] = {"prompt": "short", "cases": lines}
    golden["quirks"] = quirks(pack, name, table["long"]["ids"], out)
    golden["float64_difference"] = errors
    (folder / "golden.safetensors").write_bytes(tensors.dumps(out))
    (folder / "golden.json").write_text(json.dumps(golden, indent="\t") + "\n")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{name}: {size:,} bytes; largest |float32 - float64| of a logit: {errors}; decode {golden['decode']}")
    for line in golden["quirks"]:
        print(f"  {line['config']}: {line['times']:.0f} times what is allowed")
    for case in lines:
        print(f"  {case['name']}: {case['ids']} margin {case['margin']:.3f} change {case['change']:.2f} "
              f"edge {case['edge'] if case['edge'] is None else round(case['edge'], 4)}")
    return size
