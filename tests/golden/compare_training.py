"""The recipe's learner on what compare-training.ts has kept: the same batches, rates and beginning.

    python3 tests/golden/compare_training.py FOLDER
"""

import json
import pathlib
import sys
import time
from types import SimpleNamespace

import numpy as np
import torch

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "models" / "recipe"))

import sae_learning  # noqa: E402


def main(folder):
    order = json.loads((folder / "order.json").read_text())
    d, features, batch, scale = order["d"], order["features"], order["batch"], order["scale"]
    read = lambda name: torch.from_numpy(np.fromfile(folder / name, np.float32))
    rows, centre = read("rows").view(features, d), read("centre")
    sae_learning.WIDTH, sae_learning.DEAD_AFTER = d, order["deadAfter"]
    sae_learning.PRODUCTS = torch.float32
    sae = sae_learning.TopK(SimpleNamespace(features=features, k=order["k"]), centre / scale, scale, torch.Generator())
    sae.take({"W_enc": rows.t(), "b_enc": torch.zeros(features), "W_dec": rows, "b_dec": centre / scale})
    x = np.memmap(folder / "batches", np.float32, "r", shape=(len(order["rates"]), batch, d))
    begun = time.time()
    for step, rate in enumerate(order["rates"]):
        sae.step(torch.from_numpy(x[step].copy()), rate)
        if step % 50 == 0:
            print(f"recipe: step {step} of {len(x)}, unexplained {sae.error:.4f}", file=sys.stderr)
    print(f"recipe: {len(x) * batch / (time.time() - begun):.0f} tokens a second", file=sys.stderr)
    w_enc, b_enc, w_dec, b_dec = sae.parameters
    for name, value in (("W_enc", w_enc.t()), ("b_enc", b_enc), ("W_dec", w_dec), ("b_dec", b_dec)):
        value.contiguous().numpy().tofile(folder / name)


main(pathlib.Path(sys.argv[1]))
