"""Statistics and assignments as SciPy computes them: writes tests/fixtures/scipy.json.

    python3 tests/golden/scipy_numbers.py

Large inputs are not stored: both sides draw them from the same 32-bit generator.
"""
import itertools
import json
import math
import pathlib

import numpy as np
from scipy import optimize, stats

OUT = pathlib.Path(__file__).parent.parent / "fixtures" / "scipy.json"
EVERY = 2**32
ZS = (0, 1e-8, 0.1, 0.5, 1, 1.96, 2.7, 2.8284271, 2.8284272, 3, 5, 8, 12, 20, 30, 36, 37, 37.5)
SAMPLES = (
    ([1], [2]), ([3, 1, 2], [6, 4, 5]), ([19, 22, 16, 29, 24], [20, 11, 17, 12]), ([1, 1, 2, 2, 3], [2, 2, 3, 3, 3, 4]),
    ([0, 0, 0, 0, 5], [0, 0, 0]), ([-1.5, 0, 2.5, 1e300], [-1e300, 0, 0, 7]), ([1, 2, 3, 4], [2.5, 2.5]),
)
# seed, sizes, levels: floor(u * levels), the second sample shifted.
DRAWN = (
    (1, 40, 60, EVERY, 0), (2, 40, 60, EVERY, 2**31), (3, 300, 500, 4, 0), (4, 300, 500, 4, 1), (5, 1000, 17, 30, 3),
    (6, 910, 910, EVERY, EVERY), (7, 5000, 5000, EVERY, 5 * 10**8), (8, 100_000, 100_000, EVERY, 5 * 10**7),
    (9, 100_000, 90_000, 7, 0), (10, 100_000, 1000, 2, 0),
)
PAIRS = (
    ([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), ([1, 1, 2, 3], [4, 4, 4, 1]), ([1, 2], [2, 1]), ([0, 0, 0, 1], [0, 1, 0, 0]),
    ([1e-200, 2e-200, 4e-200], [1, 3, 2]), ([1e9 + 1, 1e9 + 2, 1e9 + 4], [0.1, 0.2, 0.4]),
)
# seed, size, levels of the first side, its weight in the second.
CORRELATED = ((21, 50, EVERY, 0), (22, 400, EVERY, 0.7), (23, 3000, 6, -2), (24, 20_000, EVERY, -0.05))
# seed, rows, columns, levels (0: products of one number a row and one a column).
ASSIGNED = (
    (31, 1, 1, EVERY), (32, 1, 7, EVERY), (33, 40, 40, EVERY), (34, 40, 300, EVERY), (35, 120, 121, EVERY),
    (36, 60, 60, 3), (37, 50, 80, 2), (38, 30, 30, 1), (39, 90, 90, 0), (40, 40, 70, 0), (41, 300, 300, EVERY),
    (42, 250, 250, 40),
)


def mulberry(seed):
    """Uniform in [0, 1): Tommy Ettinger's Mulberry32."""
    mask, state = EVERY - 1, seed
    while True:
        state = (state + 0x6D2B79F5) & mask
        t = ((state ^ (state >> 15)) * (state | 1)) & mask
        t ^= (t + ((t ^ (t >> 7)) * (t | 61) & mask)) & mask
        yield (t ^ (t >> 14)) / EVERY


def levelled(uniform, count, levels):
    return np.array([math.floor(u * levels) for u in itertools.islice(uniform, count)], np.float64)


def test(a, b):
    found = stats.mannwhitneyu(a, b, alternative="two-sided", method="asymptotic")
    return {"u": float(found.statistic), "p": float(found.pvalue)}


def correlations(a, b):
    return {"pearson": float(stats.pearsonr(a, b)[0]), "spearman": float(stats.spearmanr(a, b)[0])}


def drawn(seed, n, m, levels, shift):
    uniform = mulberry(seed)
    found = test(levelled(uniform, n, levels), levelled(uniform, m, levels) + shift)
    return {"seed": seed, "n": [n, m], "levels": levels, "shift": shift, **found}


def correlated(seed, n, levels, weight):
    uniform = mulberry(seed)
    a, noise = levelled(uniform, n, levels), levelled(uniform, n, levels)
    return {"seed": seed, "n": n, "levels": levels, "weight": weight, **correlations(a, weight * a + noise)}


def assigned(seed, rows, columns, levels):
    uniform = mulberry(seed)
    if levels:
        scores = levelled(uniform, rows * columns, levels).reshape(rows, columns) / levels
    else:
        left, right = (np.array(list(itertools.islice(uniform, count))) for count in (rows, columns))
        scores = np.outer(left, right)
    scores = scores.astype(np.float32).astype(np.float64)
    total = scores[optimize.linear_sum_assignment(scores, maximize=True)].sum()
    return {"seed": seed, "rows": rows, "columns": columns, "levels": levels, "total": float(total)}


def main():
    made = {
        "tails": [{"z": z, "p": float(2 * stats.norm.sf(z))} for z in ZS],
        "samples": [{"a": a, "b": b, **test(a, b)} for a, b in SAMPLES],
        "drawn": [drawn(*line) for line in DRAWN],
        "pairs": [{"a": a, "b": b, **correlations(a, b)} for a, b in PAIRS],
        "correlated": [correlated(*line) for line in CORRELATED],
        "assigned": [assigned(*line) for line in ASSIGNED],
    }
    lines = ",\n".join(
        f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]" for name, cases in made.items())
    OUT.write_text("{\n" + lines + "\n}\n")
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
