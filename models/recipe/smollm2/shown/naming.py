"""Names of features that hold: by what is true of the text, else by a pattern of tokens; and where a feature's own
strongest examples contradict its name, none.
"""

import numpy as np
import torch

import labels
import n2g
import unwanted
from rows import HEAD

#: So many of a feature's strongest examples are looked at; with fewer, nothing is said of them. A name is contradicted
#: where it holds at fewer than this share of their peaks.
LOOKED_AT, LEAST, HOLDS = 8, 4, 0.5
#: Contexts from which the patterns of a feature come.
CONTEXTS = 4


class Endings:
    """The model as `n2g` asks for it: rows that begin with 0, in which 0 also stands for a token that is not there."""

    def __init__(self, model, layer, site, blank):
        self.model, self.layer, self.site, self.blank = model, layer, site, blank

    def tapped(self, rows):
        ids = rows.masked_fill(rows == 0, self.blank)
        ids[:, 0] = HEAD
        for layer, x in enumerate(self.model.residuals(ids)):
            if layer == self.layer:
                return {self.site: x}, None


class Peaks:
    """The strongest examples of features, in texts whose truth is known."""

    def __init__(self, told, families, table, starts):
        """`told` is of the example texts without the heads at `starts`; `table` holds `example_at`, strongest first."""
        self.told, self.families, self.at, self.starts = told, families, table["example_at"], starts
        self.ending = n2g.endings(told, np.arange(len(told.tokens)))

    def of(self, feature):
        at = self.at[feature]
        at = at[at >= 0][:LOOKED_AT]
        return at - np.searchsorted(self.starts, at, "right")

    def holds(self, feature, choice):
        """The share of peaks at which what a name by truth says holds; None where there are too few."""
        at, (family, what) = self.of(feature), choice
        if len(at) < LEAST:
            return None
        which, held = self.families.of(family, at)
        return len(np.unique(which[held == what])) / len(at)

    def matches(self, feature, patterns):
        at = self.of(feature)
        if len(at) < LEAST:
            return None
        says = np.concatenate([n2g.predicted(p, self.told, self.ending) for p in patterns])
        return np.isin(at, says).mean()


def same_things(families, told):
    """`families` of another text, whose concepts have the same numbers: what may hold at its tokens."""
    other = labels.Families.__new__(labels.Families)
    vars(other).update(vars(families))
    number = np.full(max(len(told.tokens) and told.tokens.max() + 1, families.known.max() + 1), -1)
    number[families.known] = np.arange(len(families.known))
    other.truth, other.number = told, number[told.tokens]
    ahead, behind = told.neighbour(1), told.neighbour(-1)
    other.place = [None, None, ahead, ahead, behind]
    return other


def named(model, sae, dictionary, layer, truth, codes, shown, table, decode, blank):
    """(the labels' file, `labelled` of the metrics); `shown` is (truth, where texts start) of the example texts."""
    found = labels.by_truth(truth, codes, dictionary.features, decode)
    peaks = Peaks(shown[0], same_things(labels.Families(truth, decode), shown[0]), table, shown[1])
    agree = lambda share: share is None or share >= HOLDS
    for i, told in enumerate(found):
        if told and told["passes"]:
            told["holds"] = peaks.holds(i, told["choice"])
    good = np.array([bool(f) and f["passes"] and agree(f["holds"]) for f in found])
    open_ = np.array([bool(f) for f in found]) & ~good
    seen = n2g.by_pattern(Endings(model, layer, dictionary.site, blank), sae, dictionary.site, truth, codes, open_, decode, CONTEXTS)
    lines, patterns, short, contradicted = [], [], lambda x: round(float(x), 4), 0
    for i, told in enumerate(found):
        pattern = seen.get(i)
        scores = pattern and [short(pattern[s]) for s in ("f1", "precision", "recall")]
        if pattern and agree(share := peaks.matches(i, pattern["patterns"])):
            patterns.append([i, pattern["name"].removeprefix("pattern "), *scores])
        passed = bool(told) and told["passes"]
        if good[i]:
            lines.append([i, "truth", told["name"], *(short(told[s]) for s in ("f1", "precision", "recall", "chance"))])
        elif pattern and pattern["passes"] and agree(share):
            lines.append([i, "pattern", pattern["name"], *scores, None])
            contradicted += passed
        else:
            contradicted += passed or bool(pattern and pattern["passes"])
    # Pieces of words may spell what nobody should meet.
    lines = [line for line in lines if not unwanted.found(line[2])]
    patterns = [line for line in patterns if not unwanted.found(line[1])]
    alive = [f for f in found if f]
    share = lambda source: sum(line[1] == source for line in lines) / max(1, len(alive))
    return ({"labels": lines, "patterns": patterns},
            {"truth": share("truth"), "pattern": share("pattern"), "alive": len(alive),
             "control": sum(f["control"] for f in alive) / max(1, len(alive)),
             "contradicted": contradicted / max(1, contradicted + len(lines))})
