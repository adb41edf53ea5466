"""The truth about a text agrees with the text."""
import re
import unittest
from collections import Counter

from . import generate
from . import words as w
from .truth import concepts, truth
from .truth_words import NUMBERS

STORIES = [generate(seed) for seed in range(5000, 5400)]
FOUND = [(story, truth(story)) for story in STORIES]
CONCEPTS = [(story, concepts(story)) for story in STORIES]


def tagged(tag):
    return ((story, story.text[start:end], value, start, end)
            for story, spans in FOUND for start, end, name, value in spans if name == tag)


class Truth(unittest.TestCase):
    def test_days_months_colours_seasons(self):
        for _, text, value, *_ in tagged("day"):
            self.assertEqual(text[:len(value)], value)
            self.assertIn(value, w.DAYS)
        for tag, listed in (("month", w.MONTHS), ("colour", w.COLOURS), ("season", w.SEASONS)):
            for _, text, value, *_ in tagged(tag):
                self.assertEqual(text.lower(), value.lower())
                self.assertIn(value, listed)

    def test_may_and_will(self):
        for story, text, _, start, end in tagged("month"):
            self.assertNotRegex(story.text[start:end + 3], r"^May (I|we)\b")
        for story, _, _, start, end in tagged("name"):
            self.assertNotRegex(story.text[start:end + 4], r"^Will (you|we|he|she|it|I)\b")

    def test_numbers(self):
        for _, text, value, *_ in tagged("number"):
            if isinstance(value, int):
                self.assertEqual(int(text) if text.isdigit() else NUMBERS[text.lower()], value)

    def test_quotations_begin_and_end_with_marks(self):
        for _, text, value, *_ in tagged("quoted"):
            mark = {"double": '"', "single": "'"}[value]
            self.assertTrue(text[0] == text[-1] == mark, text)

    def test_brackets_by_counting(self):
        for story, found in CONCEPTS:
            depth, deep = 0, {1: set(), 2: set(), 3: set()}
            for i, char in enumerate(story.text):
                depth += char in "([{"
                for least in deep:
                    if depth >= least:
                        deep[least].add(i)
                depth -= char in ")]}"
            for least, expected in deep.items():
                spans = found.get(f"bracket depth >= {least}", [])
                self.assertEqual({i for start, end in spans for i in range(start, end)}, expected, story.text)

    def test_marks(self):
        count, found = Counter(), Counter()
        for story, told in CONCEPTS:
            count.update(story.text)
            found.update({name: len(spans) for name, spans in told.items() if name.startswith("mark: ")})
        for name, char in (("comma", ","), ("full stop", "."), ("question mark", "?"), ("colon", ":"),
                           ("opening round bracket", "("), ("closing square bracket", "]")):
            self.assertEqual(found[f"mark: {name}"], count[char])
        quotes = found["mark: opening quote"] + found["mark: closing quote"]
        self.assertEqual(found["mark: opening quote"], found["mark: closing quote"])
        self.assertLessEqual(quotes, count['"'])

    def test_names(self):
        for _, text, value, *_ in tagged("name"):
            pool = {"girl": w.GIRLS, "boy": w.BOYS, "pet": w.PETS_F + w.PETS_M}.get(value)
            if pool:
                self.assertIn(text, pool)
        for story, _, value, _, end in tagged("next name"):
            self.assertTrue(story.text.startswith(value, end))

    def test_what_comes_next(self):
        marks = {"full stop": ".", "comma": ",", "closing quote": '"', "question mark": "?"}
        for story, _, value, _, end in tagged("next"):
            if value in marks:
                self.assertTrue(story.text[end:].lstrip().startswith(marks[value]))
            elif value.startswith("word "):
                self.assertRegex(story.text[end:].lower(), r"^\W*" + value[5:] + r"\b")

    def test_distant_subjects(self):
        verbs = {"singular": "is was has".split(), "plural": "are were have".split()}
        seen = 0
        for story, _, value, _, end in tagged("subject over a distance"):
            sentence = story.text[end:story.text.index(".", end)]
            for number, listed in verbs.items():
                if re.search(rf"\b({'|'.join(listed)})\b", sentence):
                    self.assertEqual(number, value, sentence)
                    seen += 1
        self.assertGreater(seen, 20)

    def test_simple_past_follows_no_auxiliary(self):
        for story, text, value, start, _ in tagged("verb"):
            if value == "simple past" and text not in ("lost", "left"):
                self.assertNotRegex(story.text[max(0, start - 6):start], r"\b(has|have|had|will|to) $")

    def test_foreign_stretches(self):
        for story, found in CONCEPTS:
            if story.kind == "drill:french":
                self.assertIn("language: French", found)
            elif story.kind in ("drill:code", "drill:docstring", "drill:nested"):
                self.assertEqual(found["language: code"], [(0, len(story.text))])
            else:
                self.assertEqual(found["language: English"], [(0, len(story.text))])

    def test_spans_lie_in_the_text(self):
        for story, found in CONCEPTS:
            for name, spans in found.items():
                self.assertEqual(len(spans), len(set(spans)), name)
                for start, end in spans:
                    self.assertTrue(0 <= start < end <= len(story.text), name)

    def test_enough_concepts(self):
        often = Counter(name for _, found in CONCEPTS for name in found)
        self.assertGreater(sum(n >= 5 for n in often.values()), 400)


if __name__ == "__main__":
    unittest.main()
