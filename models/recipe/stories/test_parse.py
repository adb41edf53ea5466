"""The parser takes what the generator writes, and not what it does not."""
import random
import re
import time
import unittest

from . import generate
from .parse import automaton, parsed_share, parses
from .sentences import sentences

SEEDS = range(700_000, 701_200)
FOREIGN = """The quick review of our quarterly figures begins at nine.
She found a old map under the bed.
Anna and Tom is happy.
The boys near the fox is tired.
Please restart the computer before you install anything.
It was a bright cold morning in the city of glass.
Nobody had told the driver that the road was closed on Mondays.
The war lasted from 1732 to 1731.
The war lasted from 1790 to 1805.
Two days after Monday is Thursday.
June has 31 days.
Seven plus two is ten.
One apple and two apples make four apples.
One apple and two eggs make three apples.
Tom said that he would rather stay at home and read.
"Where are you?" said the fox at last.
When Anna and Tom went to the park, Ben gave a kite to Tom.
In his room the girl called Tom sat at the window.
Once there was a brave fox called Anna who lived near the sea.
My grandfather kept bees behind the garden shed.
total = (3 + 4) # 8
key = [(dog, hare], (cow, pig))
for i in range(3)
La maison est petit.
le chat
the fox ran home.
Asked Tom.
A hungry bear with two small cups of honey sang about the harbour and the king of the hill.
Why did the wise owl laugh so loudly at the market on Friday evening?
He opened the letter, read it twice, and threw it into the fire without a word.""".split("\n")


FRESH = [story.text[start:end] for story in map(generate, SEEDS) for start, end in sentences(story.text)]


class Parse(unittest.TestCase):
    def test_fresh_sentences_parse(self):
        failed = [sentence for sentence in FRESH if not parses(sentence)]
        self.assertLessEqual(len(failed), 0.005 * len(FRESH), failed[:10])

    def test_shuffled_sentences_do_not(self):
        rng = random.Random(1)
        taken, total = [], 0
        for sentence in sorted(set(FRESH))[::5]:
            words = sentence.split()
            rng.shuffle(words)
            if len(words) < 3 or words == sentence.split():
                continue
            total += 1
            if parses(" ".join(words)):
                taken.append(words)
        self.assertGreater(total, 1000)
        self.assertLessEqual(len(taken), 0.01 * total, taken[:10])

    def test_other_sentences_do_not(self):
        self.assertEqual([sentence for sentence in FOREIGN if parses(sentence)], [])

    def test_a_wrong_word_is_noticed(self):
        self.assertTrue(parses("When Anna and Tom went to the park, Tom gave a kite to Anna."))
        self.assertFalse(parses("When Anna and Tom went to the park, Tom gave a kite to Ben."))
        self.assertTrue(parses("Molly laughed, took the oars, and rowed him across."))
        self.assertFalse(parses("Molly laughed, took the oars, and rowed his across."))

    def test_sentences_keep_the_text(self):
        for story in map(generate, range(300)):
            cut = sentences(story.text)
            self.assertEqual(re.sub(r"\s", "", "".join(story.text[a:b] for a, b in cut)),
                             re.sub(r"\s", "", story.text))
            self.assertTrue(all(a < b <= c for (a, b), (c, _) in zip(cut, cut[1:])))
        one = '"Who is it?" asked Tom. "Come in. It is cold," said Anna.'
        self.assertEqual([one[a:b] for a, b in sentences(one)],
                         ['"Who is it?" asked Tom.', '"Come in.', 'It is cold," said Anna.'])

    def test_share_of_a_text(self):
        good, total = parsed_share("The cat slept. Anna is taller than Tom. Tomorrow never parsed a thing.")
        self.assertEqual((good, total), (1, 3))

    def test_it_is_quick(self):
        automaton()
        listed = FRESH[:3000]
        start = time.perf_counter()
        for sentence in listed:
            parses(sentence)
        self.assertLess((time.perf_counter() - start) / len(listed), 0.005)


if __name__ == "__main__":
    unittest.main()
