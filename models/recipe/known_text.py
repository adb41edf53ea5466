"""Tokens of texts, what each spells, and what is true of it: told by the generator, or inferred from its word."""

import re

import numpy as np

from tokenwise import Truth

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
#: A word is known from so many places; a concept goes by the word where the word alone tells it so well.
SEEN, BY_WORD = 4, 0.8


class Spelling:
    """What tokens spell, whatever their case, and which word each is part of; both as numbers of `forms`."""

    def __init__(self, decode, size):
        self.pieces = [decode([i]) for i in range(size)]
        self.forms, self.index = [], {}

    def number(self, form):
        if form not in self.index:
            self.index[form] = len(self.forms)
            self.forms.append(form)
        return self.index[form]

    def of(self, documents):
        """{"token": …, "word": …, "after": …, "before": …, "pair": …}, each a form for every token of all documents.

        Documents are ids without the head. `after` and `before` are the words of the neighbours, `pair` is the word before
        and the token's own, where both are words; 0 stands for none.
        """
        out = {kind: [] for kind in ("token", "word", "after", "before", "pair")}
        none = self.number("")
        for ids in documents:
            spelt = [self.pieces[i] for i in ids]
            text, ends = "".join(spelt), np.cumsum([len(s) for s in spelt])
            token = [self.number(s.strip().lower() or "␣") for s in spelt]
            word, begins, lettered = list(token), [True] * len(token), [False] * len(token)
            for match in WORD.finditer(text):
                low, high = np.searchsorted(ends, match.start(), "right"), np.searchsorted(ends, match.end(), "left")
                if high >= low:
                    form = self.number(match.group().lower())
                    word[low : high + 1] = [form] * (high + 1 - low)
                    begins[low + 1 : high + 1] = [False] * (high - low)
                    lettered[low : high + 1] = [True] * (high + 1 - low)
            place = range(len(ids))
            out["token"] += token
            out["word"] += word
            out["after"] += [word[i - 1] if i and begins[i] else none for i in place]
            out["before"] += [word[i + 1] if i + 1 < len(ids) and begins[i + 1] else none for i in place]
            out["pair"] += [self.number(f"{self.forms[word[i - 1]]} {self.forms[word[i]]}")
                            if i and begins[i] and lettered[i] and lettered[i - 1] else none for i in place]
        return {kind: np.array(listed, np.int64) for kind, listed in out.items()}


class Mixed(Truth):
    """Stories whose truth is told and, after them, other texts of which only the tokens are known.

    `owner` numbers the source of each other text: the halves are halves of sources.
    """

    def __init__(self, truth, others, owner):
        self.names, self.documents = truth.names, [d[1:] for d in truth.documents] + others
        self.tokens = np.concatenate([truth.tokens, *others]).astype(np.int64)
        first = int(truth.document.max()) + 1 if len(truth.document) else 0
        # Even and odd is what tells the halves apart.
        number = np.array([first + 2 * i + owner[i] % 2 + first % 2 for i in range(len(others))], np.int64)
        self.document = np.concatenate([truth.document, np.repeat(number, [len(ids) for ids in others])])
        self.concept = truth.concept
        self.first = np.concatenate([truth.first, np.full(len(self.tokens) - len(truth.tokens), truth.first[-1])])
        #: Of which tokens the concepts are known.
        self.told = np.arange(len(self.tokens)) < len(truth.tokens)


class ByWord:
    """Which concepts go by the word, and of which words each holds more often than not."""

    def __init__(self, truth, word, index):
        """`word` numbers the words of the truth's tokens, and may go on with those of others; `index` numbers forms."""
        concepts = len(truth.names)
        owner = np.repeat(np.arange(len(truth.tokens)), np.diff(truth.first))
        told, word = np.zeros(len(word), bool), np.asarray(word)
        told[: len(truth.tokens)] = True
        self.count = np.bincount(word, minlength=int(word.max()) + 1)
        pair, times = np.unique(word[owner] * concepts + truth.concept, return_counts=True)
        which, concept = pair // concepts, pair % concepts
        usual = 2 * times >= self.count[which]
        hits = np.bincount(concept[usual], times[usual], concepts)
        said = np.bincount(concept[usual], self.count[which[usual]], concepts)
        self.known = 2 * hits >= BY_WORD * (said + np.bincount(truth.concept, minlength=concepts))
        usual &= self.known[concept]
        #: {word: concepts}
        self.holds = {}
        for w, c in zip(which[usual], concept[usual]):
            if self.count[w] >= SEEN:
                self.holds.setdefault(int(w), []).append(int(c))
        for concept, name in enumerate(truth.names):
            if name.startswith("word: "):
                self.known[concept] = True
                listed = self.holds.setdefault(index.get(name.removeprefix("word: ").lower(), -1), [])
                listed += [concept] * (concept not in listed)


class Shown(Truth):
    """The example texts: told where the generator wrote them, else by the word.

    `documents` begin with the head; `stories` holds for each its concepts by character, or None; `by_word` is of words
    numbered as `word`, those of these tokens.
    """

    def __init__(self, documents, stories, names, by_word, word, pieces):
        index, owners, holds = {name: i for i, name in enumerate(names)}, [], []
        self.names, self.documents, at = names, [d[1:] for d in documents], 0
        self.told = np.zeros(len(word), bool)
        for ids, concepts in zip(self.documents, stories):
            if concepts is None:
                for place in range(at, at + len(ids)):
                    for concept in by_word.holds.get(int(word[place]), ()):
                        owners.append(place)
                        holds.append(concept)
            else:
                self.told[at : at + len(ids)] = True
                spelt = [pieces[i] for i in ids]
                ends = np.cumsum([len(s) for s in spelt])
                starts = ends - [len(s.lstrip()) or len(s) for s in spelt]
                for name, ranges in concepts.items():
                    if name not in index:
                        continue
                    places = {p for a, b in ranges for p in range(np.searchsorted(ends, a, "right"), np.searchsorted(starts, b, "left"))}
                    owners += [at + p for p in places]
                    holds += [index[name]] * len(places)
            at += len(ids)
        #: Whether each concept is known where nobody told it.
        self.goes_by_word = by_word.known
        self.tokens = np.concatenate(self.documents).astype(np.int64)
        self.document = np.repeat(np.arange(len(self.documents)), [len(d) for d in self.documents])
        order = np.argsort(owners, kind="stable")
        self.concept = np.array(holds, np.int64)[order]
        self.first = np.searchsorted(np.array(owners, np.int64)[order], np.arange(len(self.tokens) + 1))
