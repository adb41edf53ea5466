"""Names of features as token patterns (Neuron to Graph, Foote et al., 2305.19911; here as lists, not tries).

From the strongest contexts of a feature the shortest ending that still excites it is kept; of its tokens those
matter without which the activation falls under half, the others become "any token". What counts as firing,
a share of the largest activation, is chosen where the contexts come from; precision and recall are measured
on stories that had no part in it.
"""

import numpy as np
import torch

from labels import LEVELS, quoted

#: Strongest contexts looked at for each feature, and the longest ending.
CONTEXTS, LONGEST = 8, 6
KEPT, ROWS = 0.5, 2048
PASS = 0.5
ANY = -1


def activation(model, sae, site, sequences, features):
    """The activation of each row's feature at the row's last token; rows are of one length."""
    out = []
    for at in range(0, len(sequences), ROWS):
        with torch.no_grad():
            taps, _ = model.tapped(torch.from_numpy(sequences[at : at + ROWS]))
        values, found = sae.encode(taps[site][:, -1])
        own = torch.from_numpy(features[at : at + ROWS])[:, None]
        out.append(torch.where(found == own, values, torch.zeros(())).sum(1).numpy())
    return np.concatenate(out) if out else np.zeros(0, np.float32)


def strongest(codes, document, tokens, wanted, contexts):
    """(feature, place, activation) of so many strongest contexts of each wanted feature, one per story."""
    on = codes.values[tokens] > 0
    place = np.broadcast_to(tokens[:, None], on.shape)[on]
    f, v = codes.features[tokens][on].astype(np.int64), codes.values[tokens][on]
    keep = wanted[f]
    place, f, v = place[keep], f[keep], v[keep]
    order = np.lexsort((place, -v, f))
    place, f, v = place[order], f[order], v[order]
    edges = np.searchsorted(f, np.arange(len(wanted) + 1))
    found = []
    for feature in np.flatnonzero(wanted):
        seen = set()
        for i in range(edges[feature], min(edges[feature + 1], edges[feature] + 40)):
            if document[place[i]] not in seen:
                seen.add(document[place[i]])
                found.append((feature, place[i], v[i]))
            if len(seen) == contexts:
                break
    return found


def patterns(model, sae, site, truth, codes, tokens, wanted, contexts):
    """{feature: patterns}, each a tuple of token ids, ANY among them, the last one excited by it."""
    found = strongest(codes, truth.document, tokens, wanted, contexts)
    feature = np.array([f for f, _, _ in found], np.int64)
    place = np.array([p for _, p, _ in found], np.int64)
    level = np.array([v for _, _, v in found], np.float32)
    begin = np.searchsorted(truth.document, truth.document[place])
    length, reached = np.zeros(len(found), np.int64), np.zeros(len(found), np.float32)
    for size in range(1, LONGEST + 1):
        open_ = np.flatnonzero((length == 0) & (place - begin + 1 >= size))
        rows = truth.tokens[place[open_][:, None] + np.arange(1 - size, 1)]
        rows = np.concatenate([np.zeros((len(rows), 1), np.int64), rows], 1)
        a = activation(model, sae, site, rows, feature[open_])
        enough = open_[a >= KEPT * level[open_]]
        length[enough], reached[enough] = size, a[a >= KEPT * level[open_]]
    out = {}
    matters = {i: [True] * length[i] for i in range(len(found))}
    for size in range(2, LONGEST + 1):
        chosen = np.flatnonzero(length == size)
        rows = truth.tokens[place[chosen][:, None] + np.arange(1 - size, 1)]
        rows = np.concatenate([np.zeros((len(rows), 1), np.int64), rows], 1)
        for spot in range(size - 1):
            without = rows.copy()
            without[:, 1 + spot] = 0
            a = activation(model, sae, site, without, feature[chosen])
            for i in chosen[a >= KEPT * reached[chosen]]:
                matters[i][spot] = False
    for i in np.flatnonzero(length):
        ids = truth.tokens[place[i] - length[i] + 1 : place[i] + 1]
        pattern = tuple(int(t) if m else ANY for t, m in zip(ids, matters[i]))
        while pattern[0] == ANY:
            pattern = pattern[1:]
        out.setdefault(int(feature[i]), set()).add(pattern)
    return {f: sorted(p) for f, p in out.items()}


def predicted(pattern, truth, ending):
    """Places where a pattern matches; `ending` maps a token to its places."""
    place = ending.get(pattern[-1], np.zeros(0, np.int64))
    for back, token in enumerate(reversed(pattern[:-1]), 1):
        ok = place - back >= 0
        ok[ok] &= truth.document[place[ok] - back] == truth.document[place[ok]]
        if token != ANY:
            ok[ok] &= truth.tokens[place[ok] - back] == token
        place = place[ok]
    return place


class Firing:
    """Where each feature fires, and how strongly, on some tokens."""

    def __init__(self, codes, tokens, count):
        on = codes.values[tokens] > 0
        place = np.broadcast_to(tokens[:, None], on.shape)[on]
        f, v = codes.features[tokens][on].astype(np.int64), codes.values[tokens][on]
        order = np.argsort(f, kind="stable")
        self.place, self.value = place[order], v[order]
        self.edges = np.searchsorted(f[order], np.arange(count + 1))

    def above(self, feature, level):
        part = slice(self.edges[feature], self.edges[feature + 1])
        return self.place[part][self.value[part] > level]

    def largest(self, feature):
        part = self.value[self.edges[feature] : self.edges[feature + 1]]
        return part.max() if len(part) else 0.0


def endings(truth, tokens):
    """{token: its places among `tokens`}"""
    order = tokens[np.argsort(truth.tokens[tokens], kind="stable")]
    cuts = np.flatnonzero(np.diff(truth.tokens[order])) + 1
    return {int(truth.tokens[part[0]]): part for part in np.split(order, cuts) if len(part)}


def agreement(says, fires):
    """F1, precision, recall"""
    hits = len(np.intersect1d(fires, says))
    return 2 * hits / max(1, len(says) + len(fires)), hits / max(1, len(says)), hits / max(1, len(fires))


def by_pattern(model, sae, site, truth, codes, wanted, decode, contexts=None):
    """{feature: name, its patterns, F1, precision, recall, passes} for each wanted feature that has patterns."""
    halves = [np.flatnonzero(truth.document % 2 == half) for half in (0, 1)]
    found = patterns(model, sae, site, truth, codes, halves[0], wanted, contexts or CONTEXTS)
    fires = [Firing(codes, tokens, len(wanted)) for tokens in halves]
    ending = [endings(truth, tokens) for tokens in halves]
    out = {}
    for feature, listed in found.items():
        says = [np.unique(np.concatenate([predicted(p, truth, e) for p in listed])) for e in ending]
        top = fires[0].largest(feature)
        level = max(LEVELS, key=lambda l: agreement(says[0], fires[0].above(feature, l * top))[0])
        f1, precision, recall = agreement(says[1], fires[1].above(feature, level * top))
        name = " / ".join("".join("[…]" if t == ANY else decode([t]) for t in p).strip() or "␣" for p in listed[:3])
        out[feature] = {"name": f"pattern {quoted(name)}", "patterns": listed, "f1": f1, "precision": precision, "recall": recall,
                        "passes": min(precision, recall) >= PASS}
    return out
