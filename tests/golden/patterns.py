"""Token patterns of toy features by the recipe's own N2G, for tests/unit/core/corpus/patterns.test.ts.

    python3 tests/golden/patterns.py    # rewrites tests/fixtures/patterns.json
"""

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "models/recipe"))

import n2g  # noqa: E402

VOCAB, FEATURES, STORIES, LENGTH, BACK = 18, 40, 60, 50, 7
#: Below this a feature is silent.
FLOOR = 0.3


class Toy:
    """Feature f looks for weighted tokens behind the last one; weights are eighths, so that sums are exact."""

    def __init__(self, rng):
        self.looks = []
        for _ in range(FEATURES):
            backs = [0, *sorted(rng.choice(np.arange(1, 5), rng.integers(0, 4), replace=False))]
            self.looks.append([(int(b), int(rng.integers(1, VOCAB)), int(rng.integers(1, 9)) / 8) for b in backs])

    def tapped(self, ids):
        """The last tokens of each place, newest first, −1 before the text."""
        rows, length = ids.shape
        out = torch.full((rows, length, BACK), -1.0)
        for back in range(min(BACK, length)):
            out[:, back:, back] = ids[:, : length - back].float()
        return {"site": out}, None

    def encode(self, x):
        values = torch.zeros(len(x), FEATURES)
        for f, looks in enumerate(self.looks):
            first = x[:, 0] == looks[0][1]
            values[:, f] = sum(w * (x[:, b] == token).float() for b, token, w in looks) * first
        values = torch.where(values > FLOOR, values, torch.zeros(()))
        return values, torch.arange(FEATURES).expand(len(x), -1)


def main():
    rng = np.random.default_rng(7)
    toy = Toy(rng)
    tokens = rng.integers(1, VOCAB, STORIES * LENGTH).astype(np.int64)
    document = np.repeat(np.arange(STORIES), LENGTH)
    # Patterns occur more often than chance would have them.
    for looks in toy.looks:
        for at in rng.choice(np.arange(8, len(tokens)), 40, replace=False):
            for back, token, _ in looks:
                tokens[at - back] = token
    values, features = [], []
    for story in range(STORIES):
        taps, _ = toy.tapped(torch.from_numpy(tokens[document == story])[None])
        v, f = toy.encode(taps["site"][0])
        values.append(v)
        features.append(f)
    codes = SimpleNamespace(values=torch.cat(values).numpy(), features=torch.cat(features).numpy())
    truth = SimpleNamespace(tokens=tokens, document=document)
    wanted = np.ones(FEATURES, bool)
    fit = np.flatnonzero(document % 2 == 0)
    found = n2g.strongest(codes, document, fit, wanted)
    patterns = n2g.patterns(toy, toy, "site", truth, codes, fit, wanted)
    scored = n2g.by_pattern(toy, toy, "site", truth, codes, wanted, lambda ids: f" {ids[0]}")
    out = {
        "looks": toy.looks,
        "floor": FLOOR,
        "stories": tokens.reshape(STORIES, LENGTH).tolist(),
        "contexts": [[int(f), int(p), float(v)] for f, p, v in found],
        "patterns": {str(f): [list(map(int, p)) for p in listed] for f, listed in patterns.items()},
        "scored": {str(f): {**{k: float(s[k]) for k in ("f1", "precision", "recall")}, "name": s["name"],
                            "passes": bool(s["passes"])} for f, s in scored.items()},
    }
    (HERE.parent / "fixtures/patterns.json").write_text(json.dumps(out, ensure_ascii=False) + "\n")
    print(len(found), "contexts,", sum(map(len, patterns.values())), "patterns,",
          sum(s["passes"] for s in scored.values()), "of", len(scored), "pass")


main()
