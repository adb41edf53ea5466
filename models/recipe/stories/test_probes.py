"""Probes are right by other arithmetic than their own, and are not texts that were trained on."""
import datetime
import re
import unittest

from . import generate
from .probes import FAMILIES, probes

COUNT = 150
# 1 January 2024 was a Monday.
DATE = {(datetime.date(2024, 1, 1) + datetime.timedelta(i)).strftime("%A"): datetime.date(2024, 1, 1 + i)
        for i in range(7)}
DAYS = list(DATE)
NUMBER = {"One": 1, "Two": 2, "Three": 3, "Four": 4}


class Probes(unittest.TestCase):
    def test_all_families(self):
        for family in FAMILIES:
            made = list(probes(family, COUNT))
            self.assertEqual(len({probe.prefix for probe in made}), COUNT)
            self.assertEqual(made, list(probes(family, COUNT)))
            self.assertNotEqual(made, list(probes(family, COUNT, 1)))
            for probe in made:
                self.assertTrue(probe.right and probe.wrong)
                self.assertFalse(set(probe.right) & set(probe.wrong))
                self.assertEqual(probe.prefix, probe.prefix.rstrip())

    def test_indirect_object(self):
        for probe in probes("indirect object", COUNT):
            names = re.match(r"\w+ (\w+) and (\w+) ", probe.prefix).groups()
            giver = re.search(r", (\w+) \w+ an? ", probe.prefix).group(1)
            self.assertEqual(set(names), {giver, probe.right[0].strip()})
            self.assertEqual(probe.wrong, (f" {giver}",))

    def test_agreement(self):
        for probe in probes("agreement", COUNT):
            head, between = re.match(r"The (\w+) .* the (\w+)$", probe.prefix).groups()
            self.assertNotEqual(head.endswith("s"), between.endswith("s") or between in ("geese", "wolves"))
            self.assertEqual(head.endswith("s"), probe.right[0] in (" are", " were", " have"))

    def test_years(self):
        for probe in probes("greater-than years", COUNT):
            first = int(re.search(r"\d{4}", probe.prefix).group())
            century = probe.prefix[-2:]
            self.assertTrue(all(int(century + end) > first for end in probe.right))
            self.assertTrue(all(int(century + end) <= first for end in probe.wrong))
            self.assertEqual(len(probe.right) + len(probe.wrong), 100)

    def test_weekdays(self):
        for probe in probes("weekday arithmetic", COUNT):
            count, day = re.search(r"(\w+) days? (?:after|from) (\w+) is$", probe.prefix).groups()
            later = DATE[day] + datetime.timedelta(NUMBER[count])
            self.assertEqual(probe.right, (" " + later.strftime("%A"),))
            self.assertEqual({day.strip() for day in probe.right + probe.wrong}, set(DAYS))

    def test_docstring(self):
        for probe in probes("docstring", COUNT):
            names = re.match(r"def \w+\((.*)\):", probe.prefix).group(1).split(", ")
            told = re.findall(r":param (\w+):", probe.prefix)
            self.assertEqual(told + [probe.right[0].strip()], names[:len(told) + 1])
            body = probe.prefix.split('"""')[1]
            self.assertNotRegex(body, rf"\b{probe.right[0].strip()}\b")

    def test_prompts_are_new(self):
        texts = "\n".join(generate(seed).text for seed in range(4000))
        for family in FAMILIES:
            for probe in probes(family, COUNT):
                self.assertNotIn(probe.prefix, texts)


if __name__ == "__main__":
    unittest.main()
