"""The example texts: what the model wrote, and stories of our own generator; nothing of the text that was learnt from."""

import json

import numpy as np
import torch

import sample
import texts as learnt_texts
import writing
from prompts import openings
from rows import HEAD, SPECIAL
from stories import generate

SAMPLED, SEED = 1900, 11
#: Of what was sampled, texts with fewer different tokens than this share go round in circles.
VARIED, SHORTEST = 0.3, 24
#: Stories of the generator, which anybody can measure on again.
GENERATED, LONGEST = range(13_000_000, 13_000_040), 200
#: Conversations in which what the system says is shown; it is the same in all.
SYSTEM_SHOWN = 12


def own(written, tokenizer, training):
    """Those of the sampled texts that may be shown."""
    body = lambda ids: [i for i in ids if i >= SPECIAL]
    varied = [t for t in written if len(t[2]) >= SHORTEST and len(set(t[2])) >= VARIED * len(t[2])]
    words = [tokenizer.decode(body(ids)) for _, _, ids, _ in varied]
    kept = set(sample.keep_own(words, training, 1))
    return [text for text, said in zip(varied, words) if said in kept]


def sampled(path, model, tokenizer, corpus, say=print):
    """(kind, what it is besides, ids, how many of them are what a system says), from `path` where they are kept."""
    if not path.exists():
        written = writing.texts(model, openings(SAMPLED, SEED), tokenizer, SEED, say)
        training = (text for _, _, text in learnt_texts.documents(corpus))
        path.write_text(json.dumps(own(written, tokenizer, training)))
    return json.loads(path.read_text())


def generated(tokenizer):
    return [("story", "generator", [HEAD, *tokenizer.encode(generate(seed).text).ids][:LONGEST], 0) for seed in GENERATED]


class Shown:
    """All example texts in the order of the file, with the places at which features are shown."""

    def __init__(self, sampled, tokenizer):
        self.texts = [*sampled, *generated(tokenizer)]
        self.kinds = np.array([1] * len(sampled) + [0] * len(GENERATED), np.uint8)
        self.starts = np.cumsum([0, *(len(ids) for _, _, ids, _ in self.texts)])
        self.tokens = np.concatenate([np.array(ids, np.uint16) for _, _, ids, _ in self.texts])
        shown, talks = self.tokens >= SPECIAL, 0
        for start, (_, _, _, system) in zip(self.starts, self.texts):
            talks += system > 0
            if talks > SYSTEM_SHOWN:
                shown[start : start + system] = False
        self.shown = shown

    def file(self):
        return {"tokens": self.tokens, "documents": self.starts[:-1].astype(np.int32), "kind": self.kinds}

    def rows(self, at_once=32):
        """Groups of texts as rows of one length, and which of their places hold a token of the text."""
        for at in range(0, len(self.texts), at_once):
            group = [ids for _, _, ids, _ in self.texts[at : at + at_once]]
            rows = torch.full((len(group), max(map(len, group))), 2)
            inside = torch.zeros(rows.shape, dtype=torch.bool)
            for row, ids in enumerate(group):
                rows[row, : len(ids)], inside[row, : len(ids)] = torch.tensor(ids), True
            yield rows, inside
