"""Goldens of the measures of circles by scikit-learn, SciPy and PyTorch: run with `python tests/golden/lab/circles.py`."""

import json
from pathlib import Path

import numpy as np
import torch
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.decomposition import PCA
from sklearn.metrics import mutual_info_score
from sklearn.neighbors import NearestNeighbors

rng = np.random.default_rng(5)


def separability(f):
    bits = []
    for angle in np.arange(25) * np.pi / 50:
        c, s = np.cos(angle), np.sin(angle)
        turned = f @ np.array([[c, -s], [s, c]])
        table = np.histogram2d(turned[:, 0], turned[:, 1], bins=10)[0]
        bits.append(mutual_info_score(None, None, contingency=table) / np.log(2))
    return min(bits)


def mixture(f):
    """Adam from 40 starts on σ((ε − |z|)/T), T falling from 1 to 0: the paper's way; then the hard share."""
    x = torch.tensor(f)
    best = 0.0
    for start in range(40):
        torch.manual_seed(start)
        v = torch.randn(2, dtype=torch.float64, requires_grad=True)
        c = torch.randn(1, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.Adam([v, c], lr=0.1)
        for step in range(400):
            z = x @ v + c
            z = z / z.square().mean().sqrt()
            heat = max(1e-2, 1 - step / 400)
            loss = -torch.sigmoid((0.1 - z.abs()) / heat).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            best = max(best, float((z.abs() < 0.1).double().mean()))
    return best


n = 400
angle = rng.uniform(0, 2 * np.pi, n)
line = rng.random(n) < 0.5
sets = {
    "ring": np.c_[np.cos(angle), np.sin(angle)] + 0.05 * rng.normal(size=(n, 2)),
    "gaussian": rng.normal(size=(n, 2)) * [2, 0.5],
    "lines": np.where(line[:, None], [[1, 0]], [[0, 1]]) * rng.exponential(size=(n, 1)) + 0.01 * rng.normal(size=(n, 2)),
}
sets = {name: np.round(f, 6) for name, f in sets.items()}
z = np.round(rng.exponential(size=(60, 4)) * (rng.random((60, 4)) < 0.5), 5)
rows = np.round(rng.normal(size=(4, 7)), 5).astype(np.float32).astype(np.float64)
pca = PCA(4, svd_solver="full").fit(z @ rows)
unit = rng.normal(size=(40, 5))
unit = (unit / np.linalg.norm(unit, axis=1, keepdims=True)).astype(np.float32).astype(np.float64)
near = NearestNeighbors(n_neighbors=3, metric="cosine").fit(unit).kneighbors(return_distance=True)
distance, index = near[0][:, :2], near[1][:, :2]
keep = 1 - distance > 0.9
i, j = np.repeat(np.arange(40), 2)[keep.ravel()], index.ravel()[keep.ravel()]
labels = connected_components(coo_matrix((np.ones(len(i)), (i, j)), shape=(40, 40)), directed=False)[1]
groups = [np.flatnonzero(labels == k).tolist() for k in range(labels.max() + 1)]
golden = {
    "sets": {name: f.ravel().tolist() for name, f in sets.items()},
    "separability": {name: separability(f) for name, f in sets.items()},
    "mixture": {name: mixture(f) for name, f in sets.items()},
    "z": z.ravel().tolist(),
    "rows": rows.ravel().tolist(),
    "pca": np.abs(pca.transform(z @ rows)).T.ravel().tolist(),
    "variance": pca.explained_variance_ratio_.tolist(),
    "unit": unit.ravel().tolist(),
    "groups": [group for group in groups if len(group) > 1],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
