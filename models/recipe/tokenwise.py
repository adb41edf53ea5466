"""The generator's truth, token by token: which concepts hold where, for probing."""

import numpy as np

from transformer import CONTEXT


def offsets(ids, text, vocabulary):
    """[tokens, 2] character range of each token, leading white space left out."""
    starts = np.cumsum([0, *[len(c.encode()) for c in text]])
    ends = np.cumsum([len(vocabulary[i]) for i in ids])
    first = np.searchsorted(starts, ends - [len(vocabulary[i]) for i in ids], "right") - 1
    last = np.searchsorted(starts, ends, "left")
    spans = []
    for a, b in zip(first, last):
        while a < b - 1 and text[a].isspace():
            a += 1
        spans.append((a, b))
    return np.array(spans).reshape(-1, 2)


class Truth:
    """Stories as tokens, and for each token the concepts whose spans it touches."""

    def __init__(self, stories, encode, concepts_of):
        self.names, index = [], {}
        self.documents, tokens, owners, holds = [], [], [], []
        for story in stories:
            ids = encode(story.text)[: CONTEXT - 1]
            spans = offsets(ids, story.text, encode.vocabulary)
            self.documents.append([0, *ids])
            base = len(tokens)
            tokens.extend(ids)
            for name, ranges in concepts_of(story).items():
                number = index.setdefault(name, len(index))
                touched = set()
                for start, end in ranges:
                    low = np.searchsorted(spans[:, 1], start, "right")
                    high = np.searchsorted(spans[:, 0], end, "left")
                    touched.update(range(low, high))
                owners.extend(base + t for t in touched)
                holds.extend([number] * len(touched))
        self.names = list(index)
        self.tokens = np.array(tokens, np.int64)
        self.document = np.repeat(np.arange(len(self.documents)), [len(d) - 1 for d in self.documents])
        order = np.argsort(owners, kind="stable")
        #: Concepts of token t: concept[first[t] : first[t + 1]].
        self.concept = np.array(holds, np.int64)[order]
        self.first = np.searchsorted(np.array(owners, np.int64)[order], np.arange(len(tokens) + 1))

    def neighbour(self, step):
        """Place of each token's neighbour in its document, −1 where there is none."""
        place = np.arange(len(self.tokens)) + step
        inside = (place >= 0) & (place < len(self.tokens))
        same = np.zeros(len(place), bool)
        same[inside] = self.document[place[inside]] == self.document[inside]
        return np.where(same, place, -1)
