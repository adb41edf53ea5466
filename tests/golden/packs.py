"""Packs: a folder with pack.json and the files that it names, read and written."""
import hashlib
import json
import pathlib

import numpy as np
import torch

import tensors
from reference import Reference
from saes import Sae


class Pack:
    """A pack read from its folder. `model` and `saes` are made anew for each precision."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.manifest = json.loads((self.folder / "pack.json").read_text())
        self.config = self.manifest["model"]["config"]
        self.weights = {}
        for path in self.manifest["model"]["weights"]:
            self.weights.update(tensors.widened(self.read(path)))
        self.lines = {line["id"]: line for line in self.manifest["saes"]}

    def read(self, path):
        return tensors.load(self.folder / path)[0]

    def model(self, dtype=torch.float32):
        return Reference(self.config, self.weights, dtype)

    def saes(self, dtype=torch.float32):
        return {
            name: Sae(name, line["cfg"], tensors.widened(self.read(line["weights"])), dtype)
            for name, line in self.lines.items()
        }

    def documents(self):
        """The example text: token sequences, each beginning with token 0."""
        table = self.read(self.manifest["examples"])
        bounds = [*table["documents"].tolist(), len(table["tokens"])]
        return [table["tokens"][a:b].tolist() for a, b in zip(bounds, bounds[1:])]


def write(folder, manifest, files):
    """Writes `files` (path -> bytes) and pack.json with their sizes and hashes."""
    folder = pathlib.Path(folder)
    manifest["files"] = {}
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        manifest["files"][path] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "pack.json").write_text(json.dumps(manifest, indent="\t") + "\n")


def codes(a):
    """Dense activations [T, n] as offsets, features and activations, strongest first within a row."""
    offsets, features, strengths = [0], [], []
    for row in a:
        active = torch.nonzero(row).flatten()
        active = active[torch.argsort(row[active], descending=True, stable=True)]
        features += active.tolist()
        strengths += row[active].tolist()
        offsets.append(len(features))
    return (np.array(offsets, np.int32), np.array(features, np.uint16), np.array(strengths, np.float32))


def self_test(pack, ids, chosen):
    """What an engine must find on these ids at the last position, computed in float32 with the stored weights."""
    llama, saes, last = pack.model(), pack.saes(), len(ids) - 1
    logits, taps = llama.taps(ids)
    tops = logits[last].topk(16).indices.tolist()
    rest = [id for id in range(0, len(logits[last]), len(logits[last]) // 24) if id not in tops]
    shown = tops + rest[:16]
    layers = sorted({0, llama.layers // 2, llama.layers - 1})
    sites = [f"blocks.{l}.{hook}" for l in layers for hook in ("hook_attn_out", "hook_mlp_out", "hook_resid_post")]
    table = {}
    for name in chosen:
        _, features, strengths = codes(saes[name].encode(taps[saes[name].site][last:]))
        table[name] = {"position": last, "features": features.tolist(), "activations": strengths.tolist()}
    return {
        "ids": ids,
        "logits": {"position": last, "ids": shown, "values": logits[last, shown].tolist()},
        "taps": {site: {"position": last, "values": taps[site][last].tolist()} for site in sites},
        "codes": table,
        "tolerance": {"absolute_rms": 1e-4, "relative": 1e-5},
    }
