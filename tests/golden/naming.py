"""Names for the features of a micro pack: the token, or the two last tokens, on which a feature fires (F1).

Chosen on every other document and scored on the rest; chance is the F1 that the same search reaches when the
tokens are shuffled.
"""
import numpy as np

import firing

ENOUGH, FIRED = 0.4, 3


def score(fires, holds):
    """F1, precision and recall."""
    hits = (fires & holds).sum()
    return (2 * hits / max(1, fires.sum() + holds.sum()), hits / max(1, fires.sum()), hits / max(1, holds.sum()))


def best(fires, concept, first):
    """The concept with the best F1 in the first half, and its scores in the other."""
    options = np.unique(concept[first & fires])
    what = max(options, key=lambda option: (score(fires[first], concept[first] == option)[0], -option))
    return int(what), score(fires[~first], concept[~first] == what)


def lines(sae, llama, docs, words):
    """Lines of the file of labels, and the shares of the alive features that they name."""
    fires = firing.codes(sae, llama, docs) > 0
    token = np.concatenate([ids[1:] for ids in docs])
    before = np.concatenate([ids[:-1] for ids in docs])
    first = np.concatenate([np.full(len(ids) - 1, i % 2 == 0) for i, ids in enumerate(docs)])
    mixed = np.random.default_rng(3).permutation(token)
    alive = [i for i in range(fires.shape[1]) if fires[first, i].sum() >= FIRED]
    short = lambda numbers: [round(float(x), 4) for x in numbers]
    text = lambda ids: "“" + (words.decode(ids).strip() or "␣") + "”"
    out, control = [], 0
    for i in alive:
        chance = best(fires[:, i], mixed, first)[1][0]
        control += chance >= ENOUGH
        what, found = best(fires[:, i], token, first)
        if found[0] >= ENOUGH:
            out.append([i, "truth", text([what]), *short([*found, chance])])
            continue
        pair, found = best(fires[:, i], before * 65536 + token, first)
        if found[0] >= ENOUGH:
            out.append([i, "pattern", text([pair // 65536, pair % 65536]), *short(found), None])
    share = lambda source: sum(line[1] == source for line in out) / max(1, len(alive))
    return out, {"truth": share("truth"), "pattern": share("pattern"), "alive": len(alive),
                 "control": control / max(1, len(alive))}
