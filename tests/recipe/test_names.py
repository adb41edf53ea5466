"""Names that hold: what tokens spell, and which names a planted feature gets."""

import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "models" / "recipe"))
import names  # noqa: E402
from known_text import Spelling  # noqa: E402
from phrases import phrase  # noqa: E402
from stories import generate  # noqa: E402
from stories.truth import concepts  # noqa: E402
from tokenwise import Truth  # noqa: E402


class Words:
    """A tokenizer that knows words with the space before them, and letters for the rest."""

    def __init__(self, texts):
        pieces = {" "} | {c for text in texts for c in text} | {f" {w}" for text in texts for w in text.split() if w.isalpha()}
        self.known = ["", *sorted(pieces)]
        self.ids = {piece: i for i, piece in enumerate(self.known)}
        self.vocabulary = [p.encode() for p in self.known]

    def __call__(self, text):
        ids, at = [], 0
        while at < len(text):
            end = next((e for e in range(min(len(text), at + 14), at, -1) if text[at:e] in self.ids
                        and (e == len(text) or not text[e].isalpha() or e == at + 1)), at + 1)
            ids.append(self.ids[text[at:end]])
            at = end
        return ids

    def decode(self, ids):
        return "".join(self.known[i] for i in ids)


class Phrases(unittest.TestCase):
    def test_all_have_one_form(self):
        for name, said in {
            "word: old": "the word “old”", "next: word: old": "before the word “old”", "“sea”": "“sea”",
            "next: “sea”": "before “sea”", "after “the”": "after “the”", "class: colour": "colour word",
            "entity: animal": "animal", "next: entity: animal": "before animal", "mark: full stop": "full stop",
            "class: food: fruit": "food, fruit word", "text: opposites": "in the text of opposites",
            "phrase: once upon a time": "the phrase “once upon a time”", "bracket depth >= 1": "bracket depth >= 1"}.items():
            self.assertEqual(phrase(name), said)


class Spelt(unittest.TestCase):
    def setUp(self):
        pieces = ["<>", "The", " fox", "es", ",", " ran", "'t", " The"]
        self.spelling = Spelling(lambda ids: pieces[ids[0]], len(pieces))
        self.forms = self.spelling.of([[1, 2, 3, 4, 5, 6], [7, 2]])

    def told(self, kind):
        return [self.spelling.forms[i] for i in self.forms[kind]]

    def test_tokens_words_and_neighbours(self):
        self.assertEqual(self.told("token"), ["the", "fox", "es", ",", "ran", "'t", "the", "fox"])
        self.assertEqual(self.told("word"), ["the", "foxes", "foxes", ",", "ran't", "ran't", "the", "fox"])
        self.assertEqual(self.told("after"), ["", "the", "", "foxes", ",", "", "", "the"])
        self.assertEqual(self.told("before"), ["foxes", "", ",", "ran't", "", "", "fox", ""])

    def test_pairs_are_of_words(self):
        self.assertEqual(self.told("pair"), ["", "the foxes", "", "", "", "", "", "the fox"])


class Holding(unittest.TestCase):
    def asked(self, said, known=None):
        said = np.array(said, bool)
        known = np.ones(len(said), bool) if known is None else np.array(known, bool)
        return names.holds(said, known, np.linspace(1, 0.1, len(said)))

    def test_where_it_is_strongest(self):
        self.assertEqual(self.asked([1] * 6 + [0] * 6 + [1] * 12), None)
        self.assertEqual(self.asked([1] * 12 + [0] * 12), [12, 24, 6, 6])
        self.assertEqual(self.asked([0, 0, 1, 1, 1, 1] + [1] * 18), [22, 24, 4, 6])
        self.assertEqual(self.asked([0, 0, 0, 1, 1, 1] + [1] * 18), None)

    def test_only_where_it_is_known(self):
        self.assertEqual(self.asked([1] * 12 + [0] * 12, [1] * 12 + [0] * 12), [12, 12, 6, 6])
        self.assertEqual(self.asked([1] * 24, [0] * 22 + [1] * 2), None)
        self.assertEqual(self.asked([]), None)


class Planted(unittest.TestCase):
    """Features that fire on what is known, and one that only the generator's text speaks for."""

    @classmethod
    def setUpClass(cls):
        stories = [generate(seed) for seed in range(12_000_000, 12_000_150)]
        shown = [generate(seed) for seed in range(10_000_000, 10_000_060)]
        encode = Words([s.text for s in stories + shown])
        truth = Truth(stories, encode, concepts)
        documents = [[0, *encode(s.text)] for s in shown]
        cls.starts = np.cumsum([0, *map(len, documents)])[:-1]
        told = [concepts(s) if i % 2 else None for i, s in enumerate(shown)]
        naming = names.Naming(truth, [], [], documents, told, cls.starts, encode.decode)
        the, a, was = (encode.ids[f" {word}"] for word in ("the", "a", "was"))
        animal = truth.names.index("entity: animal")
        places = np.repeat(np.arange(len(truth.tokens)), np.diff(truth.first))[truth.concept == animal]
        fires = {0: np.flatnonzero(truth.tokens == the), 1: places, 2: np.flatnonzero(np.isin(truth.tokens, [a, was])),
                 3: np.flatnonzero(truth.tokens == the)}
        values = np.zeros((len(truth.tokens), 4), np.float32)
        for feature, at in fires.items():
            values[at, feature] = 1 + 0.01 * (at % 7)
        codes = SimpleNamespace(values=values, features=np.tile(np.arange(4, dtype=np.uint16), (len(values), 1)))
        flat = np.concatenate(documents)
        own = {0: np.flatnonzero(flat == the), 2: np.flatnonzero(np.isin(flat, [a, was])), 3: np.flatnonzero(flat == was)}
        held = naming.shown
        own[1] = np.repeat(np.arange(len(held.tokens)), np.diff(held.first))[held.concept == animal]
        own[1] = own[1] + np.searchsorted(cls.starts - np.arange(len(cls.starts)), own[1], "right")
        at = np.stack([own[f][np.linspace(0, len(own[f]) - 1, 24).astype(int)] for f in range(4)]).astype(np.int32)
        table = {"example_at": at, "example_count": np.ones((4, 24), np.uint8), "example_act": np.full(96, 9, np.uint8)}
        cls.lines, cls.labelled = naming.named(codes, 4, table)

    def test_what_holds_is_the_name(self):
        told = {line[0]: line for line in self.lines}
        self.assertIn(told[0][2], ("“the”", "the word “the”"))
        self.assertEqual(told[1][1:3], ["truth", "animal"])
        self.assertEqual(told[2][2], "“a” or “was”")
        for feature in (0, 2):
            self.assertEqual(told[feature][7:], [24, 24, 6, 6])

    def test_what_its_examples_contradict_is_not(self):
        self.assertNotIn(3, {line[0] for line in self.lines})
        self.assertEqual(self.labelled["contradicted"], 0.25)


if __name__ == "__main__":
    unittest.main()
