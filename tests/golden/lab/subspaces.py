"""Goldens of ranks and energies by NumPy and SciPy, in float64: run with `python tests/golden/lab/subspaces.py`."""

import json
from pathlib import Path

import numpy as np
from scipy.stats import entropy

rng = np.random.default_rng(3)
mix = rng.normal(size=(12, 12)) * np.arange(1, 13) ** -0.7
x = np.round(rng.normal(size=(90, 12)) @ mix + 40, 5).astype(np.float32).astype(np.float64)
x[:, 4] *= 64
x = x.astype(np.float32).astype(np.float64)
directions = rng.normal(size=(7, 12)).astype(np.float32).astype(np.float64)


def measures(x):
    sigma = np.linalg.svd(x - x.mean(0), compute_uv=False)
    share = np.cumsum(sigma**2) / np.sum(sigma**2)
    return {
        "effective": np.exp(entropy(sigma)) / x.shape[1],
        "for90": int(np.argmax(share >= 0.9)) + 1,
        "for99": int(np.argmax(share >= 0.99)) + 1,
        "first": share[0],
    }


_, _, vectors = np.linalg.svd(x - x.mean(0))
unit = directions / np.linalg.norm(directions, axis=1, keepdims=True)
golden = {
    "x": x.ravel().tolist(),
    "all": measures(x),
    "without": measures(np.delete(x, 4, 1)),
    "directions": directions.ravel().tolist(),
    "energy": np.square(unit @ vectors[:5].T).sum(1).tolist(),
    "values": (np.linalg.svd(x - x.mean(0), compute_uv=False) ** 2 / len(x)).tolist(),
    "vectors": np.abs(vectors).ravel().tolist(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
