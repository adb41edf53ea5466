"""Held-out text in rows, each from within one document, and what is true of its tokens."""

import json
from collections import Counter

import numpy as np
import torch

import tokenizer as alphabet
from labels import quoted
from rows import HEAD, SPECIAL, WINDOW
from tagged import concepts
from texts import SEPARATOR, token_files
from tokenwise import Truth, offsets

#: Rows of each kind: of those that are measured apart the first so many.
ROWS = {"article": 320, "code": 120, "story": 110, "talk": 80, "review": 50, "news": 40, "languages": 40, "speech": 20,
        "textbook": 20, "facts": 20}
SEED = 7
#: A concept, and a word, that holds at fewer places is none.
LEAST, LEAST_WORD = 40, 60


class Held:
    """Rows of one kind after the other; of each: its kind, what its document is about, and which document that is."""

    def __init__(self, data, share=1.0):
        self.ids, self.kind, self.about, self.document = [], [], [], []
        files, body = token_files(data, "held"), WINDOW - 1
        for number, (kind, count) in enumerate(ROWS.items()):
            if kind not in files:
                continue
            listed = json.loads((data / f"{kind}.held.json").read_text())
            ends = np.array([end for end, _ in listed])
            starts = np.arange(len(files[kind]) // body) * body
            within = np.searchsorted(ends, starts, "right")
            starts, within = (a[(files[kind][: len(starts) * body] != SEPARATOR).reshape(-1, body).all(1)] for a in (starts, within))
            for at in np.random.default_rng([SEED, number]).permutation(len(starts))[: max(2, round(count * share))]:
                self.ids.append([HEAD, *files[kind][starts[at] : starts[at] + body].tolist()])
                self.kind.append(kind)
                self.about.append(listed[within[at]][1])
                self.document.append(f"{kind} {within[at]}")
        self.rows = torch.tensor(self.ids)

    def batches(self, at_once):
        """(kind, rows) of a few rows of one kind each, how far into its kind each begins, as a share, and its number there."""
        for kind in dict.fromkeys(self.kind):
            rows = self.rows[torch.tensor([k == kind for k in self.kind])]
            for number, at in enumerate(range(0, len(rows), at_once)):
                yield kind, rows[at : at + at_once], at / len(rows), number


def spelled(tokenizer):
    """Of each token its bytes."""
    return [bytes(alphabet.BYTES.get(c, 63) for c in tokenizer.id_to_token(i)) for i in range(tokenizer.get_vocab_size())]


def text_of(ids, vocabulary):
    """The text of tokens, as many bytes long as they are: what is no whole letter becomes question marks."""
    text = b"".join(vocabulary[i] for i in ids).decode("utf-8", "surrogateescape")
    return "".join("?" if "\udc80" <= c <= "\udcff" else c for c in text)


def pieces(ids, vocabulary):
    """Where in a word or in the row a token stands: (concept, places)."""
    letter = lambda b: b.isalnum() or not b.isascii()
    first = np.array([not letter(vocabulary[i][:1]) or not letter(vocabulary[before][-1:]) for i, before in zip(ids, [0, *ids])])
    word = np.array([vocabulary[i].strip()[:1].isalpha() or not vocabulary[i][:1].isascii() for i in ids])
    again = np.append(~first[1:] & word[1:], False)
    yield "piece of a word: the first", word & first & again
    yield "piece of a word: in the middle", word & ~first & again
    yield "piece of a word: the last", word & ~first & ~again
    yield "whole word in one token", word & first & ~again
    place = np.arange(len(ids))
    for name, low, high in (("first token", 0, 1), ("second token", 1, 2), ("third token", 2, 3), ("tokens 2 to 5", 1, 5),
                            ("first ten tokens", 0, 10), ("first forty tokens", 0, 40), ("after 128 tokens", 128, 1 << 20)):
        yield f"position in the text: {name}", (place >= low) & (place < high)


def forms(vocabulary):
    """Of each token what it spells whatever its case and the space before it."""
    return [word.decode("utf-8", "replace").strip(" ").lower() for word in vocabulary]


class Told(Truth):
    """Texts as tokens, and for each token the concepts whose spans it touches, under the names of `Truth`.

    `texts` lists (ids without the head, kind, what it is besides); `owner` names the document of each, if several can be
    of one: halves are halves of documents. `keep` says which tokens count, in the order of all.
    """

    def __init__(self, texts, vocabulary, owner=None, names=None):
        halves, owner = {}, owner or list(range(len(texts)))
        number = [2 * i + halves.setdefault(who, len(halves)) % 2 for i, who in enumerate(owner)]
        index, owners, holds, tokens = {name: i for i, name in enumerate(names or ())}, [], [], []
        spelt = forms(vocabulary)
        # A form of one token only is that token.
        several = {form for form, times in Counter(spelt[i] for i in {int(i) for ids, *_ in texts for i in ids}).items()
                   if times > 1 and "\ufffd" not in form}
        for ids, kind, what in texts:
            text, ids = text_of(ids, vocabulary), [int(i) for i in ids]
            spans, base = offsets(ids, text, vocabulary), len(tokens)
            tokens.extend(ids)
            marks = [(name, touched(spans, ranges)) for name, ranges in concepts(text, kind, what).items()]
            same = {}
            for place, i in enumerate(ids):
                if spelt[i] in several or names is not None:
                    same.setdefault(quoted(spelt[i]), []).append(place)
            marks += [(name, np.array(places)) for name, places in same.items()]
            for name, places in [*marks, *((name, np.flatnonzero(on)) for name, on in pieces(ids, vocabulary))]:
                if names is not None and name not in index:
                    continue
                owners.append(base + places)
                holds.append(np.full(len(places), index.setdefault(name, len(index))))
        self.documents, self.names = [ids for ids, *_ in texts], list(index)
        self.tokens = np.array(tokens, np.int64)
        self.document = np.repeat(number, [len(ids) for ids in self.documents])
        self.store(np.concatenate(owners), np.concatenate(holds))
        if names is None:
            self.prune()

    def store(self, owners, holds):
        order = np.argsort(owners, kind="stable")
        self.concept = holds[order]
        self.first = np.searchsorted(owners[order], np.arange(len(self.tokens) + 1))

    def prune(self):
        """Leaves out what holds at too few places to be told."""
        times = np.bincount(self.concept, minlength=len(self.names))
        least = np.array([LEAST_WORD if name.startswith("word: ") else LEAST for name in self.names])
        number = np.where(times >= least, np.cumsum(times >= least) - 1, -1)
        owners = np.repeat(np.arange(len(self.tokens)), np.diff(self.first))
        keep = number[self.concept] >= 0
        self.names = [name for name, n in zip(self.names, number) if n >= 0]
        self.store(owners[keep], number[self.concept[keep]])


def touched(spans, ranges):
    """The tokens that ranges of characters touch."""
    start, end = np.array(ranges).T
    low, high = np.searchsorted(spans[:, 1], start, "right"), np.searchsorted(spans[:, 0], end, "left")
    depth = np.zeros(len(spans) + 1, np.int64)
    np.add.at(depth, low, high > low)
    np.subtract.at(depth, high, high > low)
    return np.flatnonzero(np.cumsum(depth)[:-1] > 0)


def told(held, vocabulary):
    texts = [(ids[1:], kind, about) for ids, kind, about in zip(held.ids, held.kind, held.about)]
    return Told(texts, vocabulary, held.document)
