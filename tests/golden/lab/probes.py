"""Goldens of the probes' parts by scikit-learn and SciPy, in float64: run with `python tests/golden/lab/probes.py`."""

import json
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from sklearn.feature_selection import f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score, matthews_corrcoef, mutual_info_score, precision_score, recall_score

rng = np.random.default_rng(7)
N, M = 300, 6
y = (rng.random(N) < 0.25).astype(int)
x = np.maximum(0, rng.normal(size=(N, M)) - 0.7)
x[:, 2] = np.maximum(0, x[:, 2] + 0.8 * y * rng.random(N))
x[:, 4] = np.maximum(0, x[:, 4] - 0.5 * y * rng.random(N))
x = np.round(x, 4).astype(np.float32).astype(np.float64)
z = ((x - x.mean(0)) / x.std(0)).astype(np.float32).astype(np.float64)
weight = np.where(y == 1, 0.5 / y.sum(), 0.5 / (N - y.sum()))
sign = 2 * y - 1

plain = LogisticRegression(class_weight="balanced", C=1.0, tol=1e-12, max_iter=10000).fit(z, y)
L1 = 0.01
lasso = LogisticRegression(
    penalty="l1", class_weight="balanced", C=1 / (L1 * N), tol=1e-12, max_iter=200000, solver="saga"
).fit(z, y)
L2 = 1e-3


def hinge(at):
    margin = np.maximum(0, 1 - sign * (z @ at[:M] + at[M]))
    slope = -2 * weight * sign * margin
    return (weight * margin**2).sum() + L2 / 2 * (at[:M] ** 2).sum(), np.append(z.T @ slope + L2 * at[:M], slope.sum())


svm = minimize(hinge, np.zeros(M + 1), jac=True, method="BFGS", options={"gtol": 1e-12, "maxiter": 5000}).x
said = plain.predict(z)
golden = {
    "labels": y.tolist(),
    "values": x.T.tolist(),
    "f": f_classif(x, y)[0].tolist(),
    "mean": np.abs(x[y == 1].mean(0) - x[y == 0].mean(0)).tolist(),
    "information": [mutual_info_score(y, x[:, j] > 0) for j in range(M)],
    "logistic": [*plain.coef_[0], float(plain.intercept_[0])],
    "lasso": [*lasso.coef_[0], float(lasso.intercept_[0])],
    "svm": svm.tolist(),
    "said": said.tolist(),
    "scores": [f1_score(y, said), precision_score(y, said), recall_score(y, said), matthews_corrcoef(y, said)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden) + "\n")
