"""Sentences and lines in which more must be right than words: years in their order, sums, code, brackets."""
import re

from . import words as w
from .layers import ACTIONS, ARGUMENTS, KINDS

WHAT = ("war|peace|long winter|rule of the king|rule of the queen|building of the castle|"
        "building of the bridge|voyage|journey|work on the church|age of the great ships|quarrel|drought")
_SPAN = [re.compile(pattern) for pattern in (
    rf"The (?:{WHAT}) lasted from (\d{{4}}) to (\d{{4}})\.",
    rf"The (?:{WHAT}) lasted from the year (\d{{4}}) to the year (\d{{4}})\.",
    rf"The (?:{WHAT}) began in (\d{{4}}) and ended in (\d{{4}})\.",
    rf"The (?:{WHAT}) went on from (\d{{4}}) until (\d{{4}})\.",
    rf"Between (\d{{4}}) and (\d{{4}}) the (?:{'|'.join(w.TRADES)}) lived in the same house\.")]
LONGEST = 60


def years(sentence):
    """From a year to a later one of its century."""
    for pattern in _SPAN:
        found = pattern.fullmatch(sentence)
        if found:
            first, last = map(int, found.groups())
            return first // 100 == last // 100 and 0 < last - first <= LONGEST
    return False


_ARG, _ACT, _KIND = "|".join(ARGUMENTS), "|".join(ACTIONS), "|".join(KINDS)
_FRUIT, _NAME = "apples|pears|plums|nuts|eggs|figs", "|".join(w.GIRLS + w.BOYS)
_ABOUT = f"(?:{_KIND}) (?:{_ARG})"
_LINES = [re.compile(pattern) for pattern in (
    rf"(?:{_FRUIT}) = \d", rf"total = (?:{_FRUIT}) \+ (?:{_FRUIT})", r"print\(total\) # \d+",
    r"for i in range\(\d\):", r"print\(i\)", r"def add\(a, b\):", r"return a \+ b", rf'name = "(?:{_NAME})"',
    r'print\("Hello, " \+ name\)', rf"if (?:{_FRUIT}) > (?:{_FRUIT}):", rf'print\("more (?:{_FRUIT})"\)',
    "else:",
    rf"let (?:{_FRUIT}) = \d;", rf"let (?:{_FRUIT}) = (?:{_FRUIT}) \* \d;",
    rf"console\.log\((?:{_FRUIT})\); // \d+",
    rf"while (?:{_FRUIT}) > 0:", rf"({_FRUIT}) = \1 - 1", rf"<p>(?:{_NAME}) has \d+ (?:{_FRUIT})\.</p>",
    rf'colours = \["(?:{"|".join(w.COLOURS)})", "white"\]', r"print\(len\(colours\)\) # 2",
    rf'\{{ "name": "(?:{_NAME})", "age": \d+, "likes": \["(?:{_FRUIT})", "(?:{_FRUIT})"\] \}}',
    rf"def (?:{_ACT})\((?:{_ARG})(?:, (?:{_ARG})){{2,4}}\):", rf'"""(?:{_ACT}) the {_ABOUT}',
    rf":param (?:{_ARG}): {_ABOUT}", "Args:", rf"(?:{_ARG}): {_ABOUT}", '"""',
    rf"return (?:{_ARG}) \+ (?:{_ARG})",
    rf"print\(len\(\[(?:{_ARG}), (?:{_ARG}), (?:{_ARG})\]\)\) # 3",
    rf"(?:{_ACT})\((?:{_ACT})\((?:{_ARG})\), (?:{_ACT})\((?:{_ARG}), \d\)\)")]
_ADDED = re.compile(r"add\((\d), (\d)\) # (\d+)")
_TOTAL = re.compile(r"total = (\(.*\)|\d) # (-?\d+)")
_LISTED = re.compile(rf"(?:{_ARG}) = (\[.*\])")
_LEAVES = frozenset(w.ANIMALS + w.FOOD_SG)
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def _value(text, at):
    """(value, end) of a bracketed sum at this place, or of a figure; ValueError where there is none."""
    if text[at].isdigit():
        return int(text[at]), at + 1
    if text[at] != "(":
        raise ValueError(text)
    left, at = _value(text, at + 1)
    sign = text[at:at + 3]
    right, at = _value(text, at + 3)
    if text[at] != ")" or sign not in (" + ", " - ", " * "):
        raise ValueError(text)
    return {" + ": left + right, " - ": left - right, " * ": left * right}[sign], at + 1


def _tree(text, at):
    """Where a word, or a bracket around words and brackets, ends."""
    if text[at] not in _PAIRS:
        word = re.compile(r"[a-z]+").match(text, at)
        if not word or word.group() not in _LEAVES:
            raise ValueError(text)
        return word.end()
    close, count = _PAIRS[text[at]], 0
    at -= 1
    while count == 0 or text[at:at + 2] == ", ":
        at, count = _tree(text, at + 2), count + 1
    if text[at] != close or count not in (2, 3):
        raise ValueError(text)
    return at + 1


def code(line):
    """A line of the generator's code; its sums must be right and its brackets in pairs."""
    if any(pattern.fullmatch(line) for pattern in _LINES):
        return True
    added = _ADDED.fullmatch(line)
    if added:
        a, b, total = map(int, added.groups())
        return a + b == total
    total, listed = _TOTAL.fullmatch(line), _LISTED.fullmatch(line)
    try:
        if total:
            value, end = _value(total.group(1), 0)
            return end == len(total.group(1)) and value == int(total.group(2))
        return bool(listed) and _tree(listed.group(1), 0) == len(listed.group(1))
    except (ValueError, IndexError):
        return False
