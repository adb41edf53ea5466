"""Goldens of entropy, curvature and ridge regression by NumPy, SciPy and scikit-learn: run with `python tests/golden/lab/depth.py`."""

import json
from pathlib import Path

import numpy as np
from scipy.stats import entropy
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

rng = np.random.default_rng(9)


def single(x):
    return np.round(x, 5).astype(np.float32).astype(np.float64)


def entropies(x):
    out = []
    for z in (x - x.mean(0), x):
        z = z / np.linalg.norm(z, axis=1, keepdims=True)
        values = np.clip(np.linalg.eigvalsh(z @ z.T), 0, None)
        out.append(entropy(values))
    return out


def curvature(x):
    v = np.diff(x, axis=0)
    v = v / np.linalg.norm(v, axis=1, keepdims=True)
    return np.degrees(np.arccos((v[:-1] * v[1:]).sum(1))).mean()


tall = single(rng.normal(size=(30, 6)) * np.arange(1, 7) + 2)
wide = single(rng.normal(size=(9, 14)) + 1)
x = single(rng.normal(size=(120, 6)) * [5, 1, 1, 1, 1, 0.1] + 3)
y = single(np.c_[x @ rng.normal(size=6) + rng.normal(size=120), rng.normal(size=120)])
held = (np.arange(120) % 4 == 0).astype(int)
a, b = x[held == 0], x[held == 1]
penalty = 1e-3 * np.square(a - a.mean(0)).sum() / 6
said = Ridge(alpha=penalty, solver="cholesky").fit(a, y[held == 0]).predict(b)
off = np.square(y[held == 1] - said).sum(0)
spread = np.square(y[held == 1] - y[held == 0].mean(0)).sum(0)
golden = {
    "tall": tall.ravel().tolist(),
    "wide": wide.ravel().tolist(),
    "entropy": {"tall": entropies(tall), "wide": entropies(wide)},
    "curvature": {"tall": curvature(tall), "wide": curvature(wide)},
    "x": x.ravel().tolist(),
    "y": y.T.tolist(),
    "held": held.tolist(),
    "r2": (1 - off / spread).tolist(),
}
assert r2_score(y[held == 1], said, multioutput="raw_values")[0] > 0.5
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
