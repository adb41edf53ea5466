"""Clauses about what goes on elsewhere: added to tales, and taken off again."""
import unittest
from random import Random

from . import generate
from .meanwhile import add, without
from .sentences import sentences

TALES = [story for story in map(generate, range(400_000, 400_300)) if story.kind.startswith("tale")]


class Meanwhile(unittest.TestCase):
    def test_what_is_added_is_taken_off(self):
        told, added = "The mill was still.", 0
        for seed in range(200):
            written = add(Random(seed), told)
            if written != told:
                added += 1
                self.assertTrue(written.endswith("."))
                self.assertEqual(without(written), told)
        self.assertGreater(added, 50)

    def test_nothing_else_is_taken_off(self):
        for sentence in ("The mill was still.", "It rained, and the boy slept in the barn.",
                         "It rained, and a gentle gull slept in the sky.", "It rained, and two kind hen sat on the hill."):
            self.assertIsNone(without(sentence), sentence)

    def test_speech_stays_whole(self):
        spoken = '"It is late. I am tired." said the fox'
        for seed in range(50):
            self.assertTrue(add(Random(seed), spoken).startswith(spoken))

    def test_most_tales_have_some(self):
        with_clause = sum(any(without(story.text[a:b]) for a, b in sentences(story.text)) for story in TALES)
        self.assertGreater(with_clause, 0.9 * len(TALES))


if __name__ == "__main__":
    unittest.main()
