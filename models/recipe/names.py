"""Names that hold where a feature is strongest.

Candidates come from one half of the texts, best first: what the generator knew to be true, and short lists of words or
tokens, of what stands before them or after. Each is scored on the other half, and then asked at the peaks of the feature's
own examples, which had no part in choosing it. The first that passes both is the name; where none does there is no name.
"""

import numpy as np

import labels
import n2g
import unwanted
from known_text import ByWord, Mixed, Shown, Spelling
from labels import quoted
from phrases import phrase

#: Truths tried before giving up, and the longest list of words that is a name.
TRUTHS, LISTED = 6, 4
#: The strongest examples: a name holds at so many of them, at this share of those at least half as strong as the first, and
#: at this share of all. The weak activations of a TopK SAE follow no rule, so that little can be asked of all.
STRONGEST, STRONG, HALF, ALL, LEAST = 6, 0.6, 0.6, 0.25, 4
#: A word that is listed was there so often.
TIMES = 3
KINDS = ("token", "word", "pair", "after", "before")


class Peaks:
    """The examples of features, strongest first, in the example text without its heads."""

    def __init__(self, shown, families, forms, spelling, table, starts):
        """`table` holds `example_at`, in tokens with the heads at `starts`, and their activations."""
        self.shown, self.families, self.forms, self.spelling = shown, families, forms, spelling
        self.at, self.starts, self.strength = table["example_at"], starts, strongest(table)

    def of(self, feature):
        """(places, strengths)"""
        at = self.at[feature]
        there = at >= 0
        at = at[there]
        return at - np.searchsorted(self.starts, at, "right"), self.strength[feature][there]

    def truth(self, at, family, what):
        """(whether it holds, whether that is known) at each of some places."""
        which, held = self.families.of(family, at)
        holds = np.isin(np.arange(len(at)), which[held == what])
        if family not in (0, 2) or self.shown.goes_by_word[what]:
            return holds, np.ones(len(at), bool)
        return holds, self.shown.told[at]

    def words(self, at, kind, forms):
        return np.isin(self.forms[kind][at], forms), np.ones(len(at), bool)

    def spelt(self, at, kind, form):
        """How the example text spells a form at some places, most often; None where it does not."""
        step = {"after": -1, "before": 1}.get(kind, 0)
        places = at[self.forms[kind][at] == form] + step
        if kind == "pair" or not len(places):
            return None
        pieces = [self.spelling.pieces[i].strip() for i in self.shown.tokens[places]]
        return max(pieces, key=pieces.count)


def strongest(table):
    """The peak activation of every example, [features, examples]."""
    count = table["example_count"].astype(np.int64)
    ends = np.cumsum(count.ravel())
    acts = np.append(table["example_act"].astype(np.float32), 0)
    peaks = np.maximum.reduceat(acts, np.minimum(ends - count.ravel(), len(acts) - 1)) if len(acts) > 1 else np.zeros(count.size)
    return np.where(count > 0, peaks.reshape(count.shape), 0)


def holds(said, known, strength):
    """[where it holds, of how many examples, where of the strongest, of how many] for a name that holds, else None.

    Examples are strongest first, `strength` their peaks.
    """
    first, half = known[:STRONGEST], known & (2 * strength >= strength[:1])
    if known.sum() < LEAST or first.sum() < min(STRONGEST, len(said)) / 2:
        return None
    if said[:STRONGEST][first].mean() < STRONG or said[half].mean() < HALF or said[known].mean() < ALL:
        return None
    return [int(said[known].sum()), int(known.sum()), int(said[:STRONGEST][first].sum()), int(first.sum())]


class Lists:
    """Lists of words on which features fire more often than not, chosen on the first half and scored on the second."""

    def __init__(self, codes, count, truth, forms):
        halves = [np.flatnonzero(truth.document % 2 == half) for half in (0, 1)]
        self.fires = [n2g.Firing(codes, tokens, count) for tokens in halves]
        self.forms = {kind: forms[kind] for kind in KINDS}
        self.total = [{kind: np.bincount(of[tokens], minlength=int(of.max()) + 1) for kind, of in self.forms.items()}
                      for tokens in halves]

    def best(self, feature, kind):
        """(F1 where it was chosen, forms, F1, precision, recall) or None."""
        of, total = self.forms[kind], self.total
        top, best = self.fires[0].largest(feature), (0, None, 0)
        for level in labels.LEVELS:
            at = of[self.fires[0].above(feature, level * top)]
            if len(at) < labels.FIRED:
                break
            found, times = np.unique(at, return_counts=True)
            good = (times >= TIMES) & (2 * times >= total[0][kind][found]) & (found > 0)
            order = np.flatnonzero(good)[np.argsort(-times[good], kind="stable")][:LISTED]
            hits, said = times[order].cumsum(), total[0][kind][found[order]].cumsum()
            f1 = 2 * hits / (said + len(at))
            # A word more must be worth it.
            f1 = f1 - 0.03 * np.arange(len(f1))
            if len(f1) and f1.max() > best[0]:
                best = f1.max(), found[order[: f1.argmax() + 1]], level * top
        if best[1] is None:
            return None
        at = of[self.fires[1].above(feature, best[2])]
        hits, said = int(np.isin(at, best[1]).sum()), int(total[1][kind][best[1]].sum())
        return best[0], best[1], 2 * hits / max(1, said + len(at)), hits / max(1, said), hits / max(1, len(at))


def either(words):
    """“a”, “b” or “c”"""
    listed = [quoted(word) for word in words]
    return ", ".join(listed[:-1]) + (" or " if len(listed) > 1 else "") + listed[-1]


def listed(peaks, at, kind, forms, spell):
    """The name of a list: words as the examples spell them, and said to be words where a token is only a piece of one."""
    words, pieces = [], False
    for form in forms:
        own = peaks.spelt(at, kind, form)
        same = own is not None and own.lower() == spell[form]
        pieces |= own is not None and not same
        words.append(own if same else spell[form])
    said = either(words)
    if kind in ("after", "before"):
        return f"{kind} {said}"
    return f"the word{'s' if len(words) > 1 else ''} {said}" if kind == "word" and pieces else said


def candidates(feature, told, lists, peaks, spell, at):
    """(choosing F1, source, name, F1, precision, recall, chance, passes, (holds, known)) of all that a feature may be called."""
    for one in [told, *told["others"]]:
        yield (one["chosen"], "truth", phrase(one["name"]), one["f1"], one["precision"], one["recall"], one["chance"],
               one["passes"], peaks.truth(at, *one["choice"]))
    for kind in KINDS:
        found = lists.best(feature, kind)
        if found:
            chosen, forms, f1, precision, recall = found
            yield (chosen, "pattern", listed(peaks, at, kind, forms, spell), f1, precision, recall, None,
                   f1 >= labels.PASS_F1, peaks.words(at, kind, forms))


class Naming:
    """Names SAEs by one set of texts, and asks the example texts of a pack."""

    def __init__(self, truth, rows, owner, documents, told, starts, decode):
        """`truth` of stories; `rows` of other text (without heads) from the sources that `owner` numbers; the pack's example
        `documents` at `starts`, for each its concepts by character if the generator `told` them.
        """
        self.decode, self.starts = decode, starts
        self.truth = Mixed(truth, rows, owner)
        self.spelling = Spelling(decode, int(max(self.truth.tokens.max(), max(max(d) for d in documents))) + 1)
        self.forms = self.spelling.of(self.truth.documents)
        self.shown_forms = self.spelling.of([d[1:] for d in documents])
        word = np.concatenate([self.forms["word"][: len(truth.tokens)], self.shown_forms["word"]])
        self.shown = Shown(documents, told, truth.names, ByWord(truth, word, self.spelling.index), self.shown_forms["word"], self.spelling.pieces)
        self.families = labels.Families(self.truth, decode)
        self.shown_families = self.families.elsewhere(self.shown)

    def named(self, codes, count, table):
        """(lines of the labels' file, what share of the alive features they name).

        `codes` are on the tokens of stories and rows; `table` holds `example_at`.
        """
        found = labels.by_truth(self.truth, codes, count, self.decode, others=TRUTHS - 1)
        lists = Lists(codes, count, self.truth, self.forms)
        peaks = Peaks(self.shown, self.shown_families, self.shown_forms, self.spelling, table, self.starts)
        lines, lost, control, asked = [], 0, 0, 0
        strangers = np.random.default_rng(3).permutation(count)
        short = lambda x: None if x is None else round(float(x), 4)
        for feature, told in enumerate(found):
            if not told:
                continue
            (at, strength), passed = peaks.of(feature), False
            for _, source, name, f1, precision, recall, chance, passes, where in sorted(
                    candidates(feature, told, lists, peaks, self.spelling.forms, at), key=lambda c: -c[0]):
                if not passes or "\ufffd" in name or unwanted.found(name):
                    continue
                passed, kept = True, holds(*where, strength)
                if kept:
                    lines.append([feature, source, name, short(f1), short(precision), short(recall), short(chance), *kept])
                    break
            else:
                lost += passed
            if told["passes"]:
                asked += 1
                other, strength = peaks.of(strangers[feature])
                control += holds(*peaks.truth(other, *told["choice"]), strength) is not None
        alive = sum(f is not None for f in found)
        share = lambda source: sum(line[1] == source for line in lines) / max(1, alive)
        return lines, {"truth": share("truth"), "pattern": share("pattern"), "alive": alive,
                       "control": sum(f["control"] for f in found if f) / max(1, alive),
                       "contradicted": lost / max(1, lost + len(lines)), "strangers": control / max(1, asked)}
