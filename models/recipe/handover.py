"""A training that goes on elsewhere: its weights as float16, and where it stood; optimisers begin anew.

    python3 models/recipe/handover.py give --work DIR --file FILE
    python3 models/recipe/handover.py take --work DIR --file FILE
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch

from tensors import from_bytes, to_bytes


def give(work, file):
    """Writes what FILE must hold of the checkpoint in `work`: about a fifth of it."""
    state = torch.load(Path(work) / "model.checkpoint", map_location="cpu")
    name, keys, position, gauss, cached = state["rows"]
    tensors = {f"model.{n}": t.numpy().astype(np.float16) for n, t in state["model"].items()}
    tensors["rows.keys"] = keys.astype(np.uint32)
    told = {"tokens": state["tokens"], "step": state["step"], "seconds": state["seconds"],
            "rows": [name, int(position), int(gauss), float(cached)]}
    tensors["told"] = np.frombuffer(json.dumps(told).encode(), np.uint8)
    Path(file).write_bytes(to_bytes(tensors))


def take(work, file):
    """Writes the checkpoint that `run.py model` goes on from."""
    tensors = from_bytes(Path(file).read_bytes())
    told = json.loads(tensors.pop("told").tobytes().decode())
    name, position, gauss, cached = told["rows"]
    keys = tensors.pop("rows.keys")
    model = {n.split(".", 1)[1]: torch.from_numpy(t.astype(np.float32)) for n, t in tensors.items()}
    torch.save({"model": model, "adam": None, "muon": None, "rows": (name, keys, position, gauss, cached),
                "tokens": told["tokens"], "step": told["step"], "seconds": told["seconds"]},
               Path(work) / "model.checkpoint")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way", choices=("give", "take"))
    parser.add_argument("--work", required=True)
    parser.add_argument("--file", required=True)
    args = parser.parse_args()
    {"give": give, "take": take}[args.way](args.work, args.file)


if __name__ == "__main__":
    main()
