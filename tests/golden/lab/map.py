"""Goldens of the map's parts by scikit-learn and NumPy, in float64: run with `python tests/golden/lab/map.py`."""

import json
from pathlib import Path

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score

rng = np.random.default_rng(11)
a = rng.integers(0, 3, 200)
b = np.where(rng.random(200) < 0.5, a, rng.integers(0, 4, 200))
c = rng.integers(0, 5, 200)
rows = np.round(rng.normal(size=(60, 24)) * np.arange(1, 25) ** -0.5, 5).astype(np.float32).astype(np.float64)
values = np.sort(np.linalg.eigvalsh(np.cov(rows.T, bias=True)))[::-1]
ranks = np.arange(10, 25)
active = rng.random((80, 6)) < [0.1, 0.3, 0.5, 0.2, 0.15, 0.4]
active[:, 3] |= active[:, 0]
phi = np.corrcoef(active.T.astype(float))
golden = {
    "a": a.tolist(),
    "b": b.tolist(),
    "c": c.tolist(),
    "ami": [
        adjusted_mutual_info_score(a, b),
        adjusted_mutual_info_score(a, c),
        adjusted_mutual_info_score(a, a),
    ],
    "rows": rows.ravel().tolist(),
    "eigenvalues": values.tolist(),
    "slope": np.polyfit(np.log10(ranks), np.log10(values[ranks - 1]), 1)[0],
    "blocks": [np.flatnonzero(block).tolist() for block in active],
    "phi": (phi - np.diag(np.diag(phi))).ravel().tolist(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
