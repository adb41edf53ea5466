"""Text to token files: documents, what is held out for ever, and the tokenizer's training counts."""

import collections
import hashlib
import json
import lzma
import random
from pathlib import Path

import numpy as np

import tokenizer
from stories import generate

VOCABULARY = 4096
#: Generated stories: how many are trained on, and the seeds of those that never are: for all that is measured,
#: and for the names of features.
STORIES, HELD_SEEDS = 30_000, range(10_000_000, 10_002_600)
TRUTH_SEEDS = range(12_000_000, 12_003_000)
#: How many of them the tokenizer learns from, and how often they count.
TOLD, TOLD_WEIGHT = 5_000, 8
#: Every pair of digits is to be a token, so that what follows "from 1732 to 17" is one: its count.
PAIR_COUNT = 20_000
#: How often a file's words count when the tokenizer is trained, and the share of its documents used.
WEIGHTS = {"picture-books": (6, 1.0), "tinystories-sample": (6, 1.0)}
OTHERWISE = (1, 0.5)
SEPARATOR = "<|endoftext|>"
SHORTEST = 1000


def documents(file):
    """The documents of a `.txt` or `.txt.xz` file, parted by lines that hold the separator."""
    opened = lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else open(file, encoding="utf-8")
    with opened as stream:
        return [d.strip() for d in stream.read().split(SEPARATOR) if d.strip()]


def is_held_out(document):
    """A fixed tenth, by the document's own hash: the same whatever else is in the file."""
    return int.from_bytes(hashlib.sha256(document.encode()).digest()[:2], "big") < 6554


def texts(books):
    """{name: documents} of every text file in a folder, in alphabetical order; none without a folder."""
    if not books:
        return {}
    files = sorted(p for p in Path(books).iterdir() if p.name.endswith((".txt", ".txt.xz")))
    kept = [p for p in files if not p.name.startswith(("README", "picture-books-attribution"))]
    return {p.name.split(".")[0]: documents(p) for p in kept}


def prepare(books, work, seed=1, stories=None):
    """Writes bpe.json, NAME.train and NAME.held (uint16 tokens) and characters.json into `work`.

    Generated stories are the set "generator"; the tokenizer learns from some of them too.
    """
    work, stories = Path(work), stories or STORIES
    if (work / "characters.json").exists():
        return
    sets = texts(books)
    counts, rng = collections.Counter(), random.Random(seed)
    for name, docs in sets.items():
        times, share = WEIGHTS.get(name, OTHERWISE)
        for document in docs:
            if is_held_out(document) or rng.random() > share:
                continue
            for piece, n in collections.Counter(tokenizer.PIECES.findall(document)).items():
                counts[piece] += n * times
    for story in range(min(TOLD, stories)):
        for piece, n in collections.Counter(tokenizer.PIECES.findall(generate(story).text)).items():
            counts[piece] += n * TOLD_WEIGHT
    counts.update({f"{pair:02}": PAIR_COUNT for pair in range(100)})
    counts = {piece: n for piece, n in counts.items() if n >= 3}
    vocabulary, merges = tokenizer.train(counts, VOCABULARY)
    if len(vocabulary) < VOCABULARY:
        raise SystemExit(f"There is too little text for {VOCABULARY} tokens ({len(vocabulary)} found): add books.")
    (work / "bpe.json").write_text(json.dumps([vocabulary, merges]))
    encode, characters = tokenizer.Encoder(vocabulary, merges), {}
    for name, docs in sets.items():
        parts = {True: [], False: []}
        for document in docs:
            parts[is_held_out(document)] += [0, *encode(document)]
        np.array(parts[False], np.uint16).tofile(work / f"{name}.train")
        np.array(parts[True], np.uint16).tofile(work / f"{name}.held")
        characters[name] = sum(len(d) for d in docs if is_held_out(d))
    told = {"train": range(stories), "held": HELD_SEEDS}
    for kind, seeds in told.items():
        tokens = [i for s in seeds for i in (0, *encode(generate(s).text))]
        np.array(tokens, np.uint16).tofile(work / f"generator.{kind}")
    characters["generator"] = sum(len(generate(s).text) for s in HELD_SEEDS)
    (work / "characters.json").write_text(json.dumps(characters))


def encoder(work):
    return tokenizer.Encoder(*json.loads((Path(work) / "bpe.json").read_text()))


def token_files(work, kind):
    """{name: uint16 tokens} for `kind` train or held; sets too short for a few rows are left out."""
    sets = {f.stem: np.fromfile(f, dtype=np.uint16) for f in sorted(Path(work).glob(f"*.{kind}"))}
    return {name: tokens for name, tokens in sets.items() if len(tokens) >= SHORTEST}


class Rows:
    """Training rows: each file drawn by its share, at a random place."""

    def __init__(self, files, shares, seed):
        self.files, self.names = files, list(files)
        weights = np.array([shares.get(name, 0.1) for name in self.names])
        self.weights = weights / weights.sum()
        self.random = np.random.RandomState(seed)

    def draw(self, batch, length):
        """[batch, length + 1] token ids: token 0, then `length` tokens of a text."""
        rows = []
        for name in self.random.choice(self.names, batch, p=self.weights):
            tokens = self.files[name]
            at = self.random.randint(0, len(tokens) - length)
            rows.append(np.concatenate([[0], tokens[at : at + length].astype(np.int64)]))
        return np.stack(rows)
