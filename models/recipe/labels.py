"""Names of features from the generator's truth: 1-sparse probes on held-out stories, each with its chance level.

A probe says a concept holds where one feature exceeds a threshold (Gurnee et al., 2305.01610, k = 1). Concept
and threshold are chosen on one half of the stories and scored on the other; the same is done with the tokens'
truth shuffled.
"""

import copy

import numpy as np

#: Thresholds as shares of the feature's largest activation on the first half.
LEVELS = (0.0, 0.2, 0.4, 0.6)
#: How often a concept must hold, and a feature fire, in the first half to be considered.
SUPPORT, FIRED = 20, 10
PASS_F1, ABOVE_CHANCE = 0.5, 0.2
#: Tokens counted at once.
CHUNK = 60_000


def quoted(token):
    text = token.replace("\n", "⏎").strip()
    return f"“{text or '␣'}”"


class Families:
    """What may hold at a token: concepts of the truth, the token, and both of the next; the token before.

    Tokens too rare to be chosen are left out.
    """

    def __init__(self, truth, decode):
        self.truth, self.decode = truth, decode
        counts = np.bincount(truth.tokens)
        self.known = np.flatnonzero(counts >= SUPPORT)
        number = np.full(len(counts), -1)
        number[self.known] = np.arange(len(self.known))
        self.number = number[truth.tokens]
        concepts, tokens = len(truth.names), len(self.known)
        self.widths = [concepts, tokens, concepts, tokens, tokens]
        #: The truth names some of what comes next itself.
        ahead_already = np.array([name.startswith("next") for name in truth.names], bool)
        self.barred = [np.zeros(width, bool) for width in self.widths]
        self.barred[2] = ahead_already
        ahead, behind = truth.neighbour(1), truth.neighbour(-1)
        self.place = [None, None, ahead, ahead, behind]
        #: Concepts may be known of some tokens only, and are counted there.
        self.told = getattr(truth, "told", None)

    def of(self, family, at):
        """(which of `at`, what holds there) for tokens `at`."""
        place = at if self.place[family] is None else self.place[family][at]
        which = np.flatnonzero(place >= 0)
        if family in (1, 3, 4):
            which = which[self.number[place[which]] >= 0]
            return which, self.number[place[which]]
        place = place[which]
        counts = self.truth.first[place + 1] - self.truth.first[place]
        starts = np.repeat(self.truth.first[place] - np.cumsum(counts) + counts, counts)
        return np.repeat(which, counts), self.truth.concept[starts + np.arange(counts.sum())]

    def elsewhere(self, truth):
        """What may hold at the tokens of another text, whose concepts have the same numbers."""
        other = copy.copy(self)
        number = np.full(max(int(truth.tokens.max()), int(self.known.max())) + 1, -1)
        number[self.known] = np.arange(len(self.known))
        other.truth, other.number = truth, number[truth.tokens]
        ahead, behind = truth.neighbour(1), truth.neighbour(-1)
        other.place = [None, None, ahead, ahead, behind]
        return other

    def name(self, family, what):
        text = self.truth.names[what] if family in (0, 2) else quoted(self.decode([self.known[what]]))
        return ("{}", "{}", "next: {}", "next: {}", "after {}")[family].format(text)


class Counts:
    """Per feature and level how often it fires, and in each family how often with each thing; and supports.

    `fired` is by family: that of a concept is counted where concepts are known.
    """

    def __init__(self, families, codes, count, largest, tokens, shuffled=None):
        levels = len(LEVELS)
        every, told = np.zeros((2, count, levels), np.int64)
        self.hits = [np.zeros((count * levels, width), np.int64) for width in families.widths]
        self.support = [np.zeros(width, np.int64) for width in families.widths]
        for at in range(0, len(tokens), CHUNK):
            place = tokens[at : at + CHUNK]
            where = place if shuffled is None else shuffled[at : at + CHUNK]
            values, features = codes.values[place], codes.features[place].astype(np.int64)
            row, column = np.nonzero(values > 0)
            f, v = features[row, column], values[row, column]
            level = (v[:, None] > largest[f][:, None] * np.array(LEVELS)).sum(1) - 1
            keep = level >= 0
            row, key = row[keep], f[keep] * levels + level[keep]
            every += np.bincount(key, minlength=count * levels).reshape(count, levels)
            known = key if families.told is None else key[families.told[where][row]]
            told += np.bincount(known, minlength=count * levels).reshape(count, levels)
            order = np.argsort(row, kind="stable")
            row, key = row[order], key[order]
            edges = np.searchsorted(row, np.arange(len(place) + 1))
            for family, width in enumerate(families.widths):
                which, what = families.of(family, where)
                self.support[family] += np.bincount(what, minlength=width)
                times = edges[which + 1] - edges[which]
                start = np.repeat(edges[which] - np.cumsum(times) + times, times)
                both = key[start + np.arange(times.sum())] * width + np.repeat(what, times)
                self.hits[family] += np.bincount(both, minlength=count * levels * width).reshape(-1, width)
        # A level counts all that is stronger.
        every, told = (fired[:, ::-1].cumsum(1)[:, ::-1] for fired in (every, told))
        self.fired = [told, every, told, every, every]
        for family, width in enumerate(families.widths):
            h = self.hits[family].reshape(count, levels, width)
            self.hits[family] = h[:, ::-1].cumsum(1)[:, ::-1]

    def f1(self, family):
        """[features, levels, things]"""
        total = self.fired[family][:, :, None] + self.support[family][None, None, :]
        return 2 * self.hits[family] / np.maximum(total, 1)


def choose(counts, count, barred):
    """For each feature the (family, level, thing) with the best F1; `barred` things are not for choosing."""
    best = np.full(count, -1.0)
    choice = np.zeros((count, 3), np.int64)
    for family in range(len(counts.hits)):
        f1 = counts.f1(family)
        f1[:, :, (counts.support[family] < SUPPORT) | barred[family]] = -1
        flat = f1.reshape(count, -1)
        at = flat.argmax(1)
        value = flat[np.arange(count), at]
        better = value > best
        width = f1.shape[2]
        best[better] = value[better]
        choice[better] = np.stack([np.full(count, family), at // width, at % width], 1)[better]
    return choice


def runners_up(counts, count, barred, most):
    """The same, the best `most` of different things, [most, features, 3], best first; the first is what `choose` gives."""
    values, choices = [], []
    for family in range(len(counts.hits)):
        f1 = counts.f1(family)
        f1[:, :, (counts.support[family] < SUPPORT) | barred[family]] = -1
        level, best = f1.argmax(1), f1.max(1)
        what = np.argsort(-best, axis=1, kind="stable")[:, :most]
        values.append(np.take_along_axis(best, what, 1))
        choices.append(np.stack([np.full_like(what, family), np.take_along_axis(level, what, 1), what], 2))
    values, choices = np.concatenate(values, 1), np.concatenate(choices, 1)
    order = np.argsort(-values, axis=1, kind="stable")[:, :most]
    return np.take_along_axis(choices, order[:, :, None], 1).transpose(1, 0, 2)


def scores(counts, choice):
    """F1, precision and recall of each feature's choice."""
    out = np.zeros((len(choice), 3))
    for i, (family, level, what) in enumerate(choice):
        hits = counts.hits[family][i, level, what]
        fired, support = counts.fired[family][i, level], counts.support[family][what]
        out[i] = 2 * hits / max(1, fired + support), hits / max(1, fired), hits / max(1, support)
    return out


def by_truth(truth, codes, count, decode, seed=5, others=0):
    """For every feature: name, F1, precision, recall, chance; whether it passes; and whether shuffled truth would.

    `choice` is what the name says, as (family, thing). None for a feature that hardly fires. With `others`, so many more
    names that were nearly chosen, with their scores.
    """
    families = Families(truth, decode)
    fit, test = (np.flatnonzero(truth.document % 2 == half) for half in (0, 1))
    rng = np.random.default_rng(seed)
    largest = np.zeros(count, np.float32)
    np.maximum.at(largest, codes.features[fit].ravel(), codes.values[fit].ravel())

    def round_of(shuffle):
        mixed = [rng.permutation(part) if shuffle else None for part in (fit, test)]
        first = Counts(families, codes, count, largest, fit, mixed[0])
        choice = choose(first, count, families.barred)
        more = runners_up(first, count, families.barred, others + 1)[1:] if others and not shuffle else []
        fired, listed = first.fired[1][:, 0], [choice, *more]
        chosen = [scores(first, c)[:, 0] for c in listed] if not shuffle else []
        del first
        second = Counts(families, codes, count, largest, test, mixed[1])
        return choice, scores(second, choice), fired, chosen[:1], [(c, scores(second, c), f) for c, f in zip(more, chosen[1:])]

    choice, real, fired, (fit_scores,), more = round_of(False)
    _, chance, *_ = round_of(True)
    _, again, *_ = round_of(True)
    out = []
    for i in range(count):
        if fired[i] < FIRED:
            out.append(None)
            continue
        good = lambda f1, level: bool(f1 >= PASS_F1 and f1 >= level + ABOVE_CHANCE)
        told = lambda choice, score, chosen: {
            "name": families.name(choice[0], choice[2]), "choice": (choice[0], choice[2]), "chosen": chosen, "f1": score[0], "precision": score[1],
            "recall": score[2], "chance": chance[i][0], "passes": good(score[0], chance[i][0])}
        out.append({**told(choice[i], real[i], fit_scores[i]), "control": good(again[i][0], chance[i][0]),
                    "others": [told(c[i], s[i], f[i]) for c, s, f in more]})
    return out
