"""Makes the micro packs and their goldens, or the golden of a pack made elsewhere.

    python3 tests/golden/make.py                          everything under tests/fixtures/
    python3 tests/golden/make.py --only NAME              one of them
    python3 tests/golden/make.py --pack DIR --out FILE    the golden of one pack; --tokens (1000)
"""
import argparse
import collections
import gzip
import json
import pathlib
import shutil

import numpy as np
import torch

import check
import families
import firing
import fixtures
import naming
import packs
import record
import summaries
import tensors
import window

FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures"
WITH_STATISTICS = {
    "llama-tied": [f"blocks.{site}" for site in (
        "0.hook_resid_post", "1.hook_attn_out", "1.hook_mlp_out", "1.hook_resid_post", "1.hook_resid_post@kron",
        "2.hook_resid_post")],
    "llama-untied": [],
}
# Statistics, metrics and labels that a pack may leave out.
WITH_MORE = {
    "llama-tied": ["blocks.1.hook_resid_post", "blocks.1.hook_resid_post@kron"],
    "llama-untied": [],
}
MORE_EXAMPLES = 24
WITH_NULL = {
    "llama-tied": [line[0] for line in fixtures.TIED if line[0] != "blocks.0.hook_resid_pre"],
    "llama-untied": ["blocks.1.hook_resid_post"],
}
SELF_TESTED = {
    "llama-tied": ["blocks.0.hook_resid_post", "blocks.1.hook_mlp_out", "blocks.1.hook_resid_post@wide"],
    "llama-untied": ["blocks.0.hook_mlp_out", "blocks.1.hook_resid_post", "blocks.2.hook_resid_post"],
}


def tied_cases(pick):
    embed, first, attn, mlp, resid, wide, late_mlp, late, kron = (line[0] for line in fixtures.TIED)
    return [
        ("embed-add-topk", [pick(embed, 0, "add", 2)]),
        ("embed-ablate-topk", [pick(embed, 1, "ablate")]),
        ("attn-set-jumprelu", [pick(attn, 0, "set", 2.5)]),
        ("attn-scale-jumprelu", [pick(attn, 1, "scale", 3)]),
        ("mlp-scale-gated", [pick(mlp, 0, "scale", -1)]),
        ("mlp-ablate-standard", [pick(late_mlp, 0, "ablate")]),
        ("resid-set-topk", [pick(resid, 0, "set", -1.5)]),
        ("resid-add-wide", [pick(wide, 1, "add", 4)]),
        ("two-at-one-site", [pick(resid, 0, "scale", 4), pick(resid, 1, "ablate")]),
        ("two-saes-at-one-site", [pick(resid, 0, "scale", 2.5), pick(wide, 0, "set", 3)]),
        ("three-sites", [pick(embed, 0, "add", 1.5), pick(attn, 0, "scale", 2), pick(late, 0, "set", 2)]),
        ("five", [pick(first, 0, "add", 2), pick(first, 1, "scale", 0.5), pick(mlp, 0, "ablate"),
                  pick(late_mlp, 1, "scale", 3), pick(late, 1, "add", -3)]),
        ("resid-add-kron", [pick(kron, 0, "add", 3)]),
        ("resid-set-kron", [pick(kron, 1, "set", 3)]),
        ("resid-scale-kron", [pick(kron, 0, "scale", 3)]),
        ("resid-ablate-kron", [pick(kron, 0, "ablate")]),
        ("kron-beside-the-main-one", [pick(resid, 0, "scale", 2), pick(kron, 0, "ablate"), pick(kron, 2, "set", 2)]),
    ]


def untied_cases(pick):
    embed, attn, mlp, resid, late_attn, late = (line[0] for line in fixtures.UNTIED)
    return [
        ("embed-set-gated", [pick(embed, 0, "set", 2)]),
        ("embed-scale-gated", [pick(embed, 1, "scale", 3)]),
        ("attn-add-topk", [pick(attn, 0, "add", -2)]),
        ("attn-ablate-gated", [pick(late_attn, 0, "ablate")]),
        ("mlp-set-layer-norm", [pick(mlp, 0, "set", 2)]),
        ("mlp-add-layer-norm", [pick(mlp, 1, "add", 1.5)]),
        ("resid-scale-rescaled", [pick(resid, 0, "scale", 2)]),
        ("resid-ablate-rescaled", [pick(resid, 2, "ablate")]),
        ("resid-set-jumprelu", [pick(late, 0, "set", 2)]),
        ("two-at-one-site", [pick(resid, 0, "scale", 3), pick(resid, 1, "set", 2.5)]),
        ("three-sites", [pick(attn, 0, "scale", 2), pick(mlp, 0, "add", 1), pick(late_attn, 0, "set", 2)]),
    ]


CASES = {"llama-tied": tied_cases, "llama-untied": untied_cases}


def fixture(name):
    spec, folder = fixtures.PACKS[name], FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    rng = np.random.default_rng(spec["seed"])
    words = fixtures.tokenizer(spec["vocab"])
    config, weights = fixtures.model(spec, rng)
    docs = fixtures.documents(words, rng, 24, 60)
    streams, lines, files, saes = fixtures.streams(config, weights, docs), [], {}, {}
    files["model.safetensors"] = tensors.dumps(weights, {"format": "pt"})
    files["tokenizer.json"] = words.file(spec["pairs"]).encode()
    files["tokenizer_config.json"] = words.config(config["max_position_embeddings"]).encode()
    for line in spec["saes"]:
        site = line[0].split("@")[0]
        cfg, table = fixtures.sae(rng, line, streams[site], saes)
        saes[line[0]] = fixtures.Sae(line[0], cfg, tensors.widened(table))
        path = f"saes/{line[0]}.safetensors"
        files[path] = tensors.dumps(table)
        lines.append({"id": line[0], "site": site, "cfg": cfg, "weights": path, "stats": None})
    llama = fixtures.Reference(config, tensors.widened(weights))
    measured = summaries.metrics(llama, saes, docs)
    for seed, line in enumerate(lines, 100):
        if line["id"] in WITH_NULL[name]:
            line["null"] = summaries.null(saes[line["id"]], seed)
            line["metrics"] = measured[line["id"]]
        if line["id"] in WITH_STATISTICS[name]:
            line["stats"] = f"stats/{line['id']}.safetensors.gz"
            more = line["id"] in WITH_MORE[name]
            table = summaries.statistics(saes[line["id"]], llama, saes, docs, *[MORE_EXAMPLES] * more)
            if more:
                table = {**firing.compact(table), **firing.table(saes[line["id"]], llama, saes, docs)}
            files[line["stats"]] = gzip.compress(tensors.dumps(table), mtime=0)
        if line["id"] in WITH_MORE[name]:
            named, shares = naming.lines(saes[line["id"]], llama, docs, words)
            line["labels"] = f"labels/{line['id']}.json.gz"
            files[line["labels"]] = gzip.compress(json.dumps({"labels": named}).encode(), mtime=0)
            line["metrics"].update(firing.metrics(saes[line["id"]], llama, docs, line["metrics"]), labelled=shares)
    kinds = [i % 2 for i in range(len(docs))]
    files["examples.safetensors"] = tensors.dumps({
        "tokens": np.concatenate(docs).astype(np.uint16),
        "documents": np.cumsum([0] + [len(ids) for ids in docs[:-1]]).astype(np.int32),
        "kind": np.array(kinds, np.uint8),
    })
    manifest = {
        "format": "undercurrent-pack", "version": "1.0.0", "name": name, "title": f"Micro {name}",
        "description": "An untrained micro model for tests.", "licence": "MIT", "citation": "",
        "provenance": {"recipe": "tests/golden/make.py", "seed": spec["seed"]},
        "model": {
            "config": config, "weights": ["model.safetensors"], "tokenizer": "tokenizer.json",
            "tokenizer_config": "tokenizer_config.json",
            "metrics": {"bits_per_character": {}, "tokens_trained": 0,
                        "check": check.check(llama, saes, docs, kinds)},
        },
        "saes": lines, "examples": "examples.safetensors",
    }
    packs.write(folder, manifest, files)
    checked = packs.self_test(packs.Pack(folder), docs[0][:24], SELF_TESTED[name])
    manifest["self_test"] = "self-test.json"
    files["self-test.json"] = (json.dumps(checked) + "\n").encode()
    packs.write(folder, manifest, files)
    errors, cases = record.record(packs.Pack(folder), words, CASES[name])
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"{name}: {size:,} bytes; largest |float32 - float64| of a logit: " + ", ".join(
        f"{what} {error:.1e}" for what, error in errors.items()))
    for case in cases:
        print(f"  {case['name']}: {' '.join(case['edits'])} -> {case['ids']} margin {case['margin']:.3f} "
              f"change {case['change']:.2f} edge {case['edge'] if case['edge'] is None else round(case['edge'], 4)}")
    for site, table in json.loads((folder / "golden.json").read_text())["origins"].items():
        print(f"  origins of {site}: {dict(collections.Counter(table['origin']))} margin {table['margin']:.1e}")
    return size


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack")
    parser.add_argument("--out")
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--only")
    options = parser.parse_args()
    if bool(options.pack) != bool(options.out):
        parser.error("--pack and --out belong together")
    torch.set_num_threads(1)
    if options.pack:
        window.record(packs.Pack(options.pack), options.out, options.tokens)
    else:
        made = {**{name: fixture for name in fixtures.PACKS},
                **{name: lambda name: families.fixture(name, FIXTURES) for name in families.FAMILIES}}
        chosen = [options.only] if options.only else made
        print(f"together {sum(made[name](name) for name in chosen):,} bytes")


if __name__ == "__main__":
    main()
