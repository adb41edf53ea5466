"""Names of features that hold: by what is true of the text, else by a pattern of tokens; and where a feature's own
strongest examples contradict its name, none.
"""

import numpy as np
import torch

import labels
import n2g
import unwanted
from held import forms
from rows import HEAD

#: So many of a feature's strongest examples are looked at; with fewer, nothing is said of them. A name is contradicted
#: where it holds at fewer than this share of their peaks.
LOOKED_AT, LEAST, HOLDS = 8, 4, 0.5
#: So many more names are tried where the first does not hold.
OTHERS = 5
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


    def spells(self, feature, form, which):
        """The share of peaks at which a token spells one of some forms."""
        at = self.of(feature)
        return np.isin(form[self.told.tokens[at]], which).mean() if len(at) >= LEAST else None


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


def words_of(codes, count, truth, form):
    """{feature: (forms, F1, precision, recall)}: the words on which it fires more often than not, in any case.

    Words and level are chosen on one half of the documents and scored on the other. `form` numbers what tokens spell.
    """
    halves = [np.flatnonzero(truth.document % 2 == half) for half in (0, 1)]
    fires = [n2g.Firing(codes, tokens, count) for tokens in halves]
    of = form[truth.tokens]
    total = [np.bincount(of[tokens], minlength=form.max() + 1) for tokens in halves]
    out = {}
    for feature in range(count):
        top, best = fires[0].largest(feature), (0, None, 0)
        for level in labels.LEVELS:
            at = of[fires[0].above(feature, level * top)]
            found, times = np.unique(at, return_counts=True)
            good = (times >= 2) & (2 * times >= total[0][found])
            f1 = 2 * times[good].sum() / max(1, total[0][found[good]].sum() + len(at))
            if f1 > best[0]:
                best = f1, found[good][np.argsort(-times[good], kind="stable")], level * top
        if best[1] is not None:
            at = of[fires[1].above(feature, best[2])]
            hits, said = int(np.isin(at, best[1]).sum()), int(total[1][best[1]].sum())
            out[feature] = best[1], 2 * hits / max(1, said + len(at)), hits / max(1, said), hits / max(1, len(at))
    return out


def shortened(listed):
    return " / ".join(listed[:4]) + (" / …" if len(listed) > 4 else "")


def named(model, sae, dictionary, layer, truth, codes, shown, table, decode, vocabulary, blank):
    """(the labels' file, `labelled` of the metrics); `shown` is (truth, where texts start) of the example texts."""
    found = labels.by_truth(truth, codes, dictionary.features, decode, others=OTHERS)
    peaks = Peaks(shown[0], same_things(labels.Families(truth, decode), shown[0]), table, shown[1])
    agree = lambda share: share is None or share >= HOLDS
    readable = lambda name: "\ufffd" not in name and not unwanted.found(name)
    short = lambda told, chance=None: [*(round(float(x), 4) for x in told), chance if chance is None else round(float(chance), 4)]
    chosen, passed = {}, {}
    for i, told in enumerate(found):
        for one in [told, *told["others"]] if told else []:
            if i not in chosen and one["passes"] and readable(one["name"]):
                passed[i] = True
                if agree(peaks.holds(i, one["choice"])):
                    chosen[i] = [i, "truth", one["name"], *short((one["f1"], one["precision"], one["recall"]), one["chance"])]
    open_ = np.array([bool(f) and i not in chosen for i, f in enumerate(found)])
    seen = n2g.by_pattern(Endings(model, layer, dictionary.site, blank), sae, dictionary.site, truth, codes, open_, decode, CONTEXTS)
    spelt = forms(vocabulary)
    listed, form = np.unique(spelt, return_inverse=True)
    words, patterns = words_of(codes, dictionary.features, truth, form), []
    for i in np.flatnonzero(open_):
        told = []
        if i in seen:
            p = seen[i]
            told.append((p["f1"], p["precision"], p["recall"], p["name"], p["passes"], peaks.matches(i, p["patterns"])))
        if i in words:
            which, *numbers = words[i]
            told.append((*numbers, f"pattern {labels.quoted(shortened([listed[w].strip() or '␣' for w in which]))}",
                         numbers[0] >= labels.PASS_F1, peaks.spells(i, form, which)))
        for f1, precision, recall, name, passes, holds in sorted(told, key=lambda t: -t[0]):
            if not readable(name):
                continue
            passed[i] = passed.get(i, False) or passes
            if agree(holds) and i not in chosen:
                if passes:
                    chosen[i] = [int(i), "pattern", name, *short((f1, precision, recall))]
                if not patterns or patterns[-1][0] != i:
                    patterns.append([int(i), name.removeprefix("pattern "), *short((f1, precision, recall))[:3]])
    lines = [chosen[i] for i in sorted(chosen)]
    alive = [f for f in found if f]
    share = lambda source: sum(line[1] == source for line in lines) / max(1, len(alive))
    lost = sum(passes and i not in chosen for i, passes in passed.items())
    return ({"labels": lines, "patterns": patterns},
            {"truth": share("truth"), "pattern": share("pattern"), "alive": len(alive),
             "control": sum(f["control"] for f in alive) / max(1, len(alive)), "contradicted": lost / max(1, lost + len(lines))})
