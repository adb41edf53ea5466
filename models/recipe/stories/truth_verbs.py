"""Truth about verbs: their form and meaning, and whether their subject is one or many."""
import re

from . import verbs
from .pos_words import CALENDAR
from .truth_words import PLURALS, SINGULARS

FINITE = {"is": "singular", "was": "singular", "has": "singular", "does": "singular", "am": "singular",
          "are": "plural", "were": "plural"}
ONE, MANY = {"he", "she", "it", "i"}, {"they", "we"}
CLAUSE_STARTS = {"", "\n", *". ! ? “ ‹ , ; : and but when because while so then that".split()}
BETWEEN = {"not", "never", "always", "often", "ever"}
PERFECT = {"have", "has", "had", "been", "be", "was", "were", "is", "are", "being"}


def forms(read):
    for i, low in enumerate(read.lows):
        kind = read.pos[i]
        span = read.span(i)
        if kind == "auxiliary":
            if low in verbs.BE:
                yield (*span, "be", verbs.BE[low])
            elif low in verbs.HAVE:
                yield (*span, "verb", "have")
            elif low in verbs.DO:
                yield (*span, "verb", "do")
            continue
        if kind != "verb":
            continue
        said = {form for _, form in verbs.FORMS.get(low, ())}
        before, earlier = read.low(i - 1), read.low(i - 2)
        helped = before in PERFECT or before in BETWEEN and earlier in PERFECT
        if said == {"ing"}:
            yield (*span, "verb", "-ing form")
        elif said == {"third"}:
            yield (*span, "verb", "third person present")
        elif said == {"participle"} or said == {"past", "participle"} and helped:
            yield (*span, "verb", "participle")
        elif said == {"past"} or said == {"past", "participle"} and not _adjectival(read, i):
            yield (*span, "verb", "simple past")
        elif said == {"base"} and before == "to":
            yield (*span, "verb", "infinitive after to")
        if said == {"base"} and read.kind(i - 1) == "modal":
            yield (*span, "verb", "after a modal")
        if "base" in said and low not in ("read", "thank") and (
                read.starts[i] in read.first or before in ("“", "‹")):
            yield (*span, "verb", "imperative")
        for meaning, listed in verbs.MEANINGS.items():
            if low in listed and not (low == "called" and read.kind(i + 1) == "name"):  # a boy called Tom
                yield (*span, "verb", meaning)


def _adjectival(read, i):
    """Whether this may be a participle that stands as an adjective: the lost ring, a girl called Anna."""
    return read.kind(i - 1) in ("determiner", "adjective", "noun", "number", "quantifier") and (
        read.kind(i + 1) in ("noun", "name", "preposition") or read.words[i] in ("named", "called"))


def subjects(read):
    """A subject that stands right before its verb, and how many it is."""
    for i, low in enumerate(read.lows):
        number = _number_of_verb(read, i)
        if not number or not read.english[i]:
            continue
        before = read.low(i - 1)
        if before in ONE | MANY and read.kind(i - 2) != "preposition":  # not: on it stood a lamp
            yield (*read.span(i - 1), "subject of the next verb", "singular" if before in ONE else "plural")
            continue
        noun = start = i - 1
        if read.kind(noun) == "name" and _starts_clause(read, noun) and read.words[noun] not in CALENDAR:
            yield (*read.span(noun), "subject of the next verb", "singular")
        if read.kind(noun) != "noun":
            continue
        while read.kind(start - 1) in ("adjective", "number", "quantifier"):
            start -= 1
        if read.kind(start - 1) == "determiner":
            start -= 1
        if _starts_clause(read, start):
            count = "singular" if before in SINGULARS else "plural" if before in PLURALS else None
            if count == number or number == "either" and count:
                yield (*read.span(start, noun), "subject of the next verb", count)


def _starts_clause(read, i):
    """Whether a clause begins here; after `and` only behind a comma, for else two may be the subject."""
    before = read.low(i - 1)
    if before == "and":
        return read.low(i - 2) == ","
    return before in CLAUSE_STARTS


def _number_of_verb(read, i):
    low = read.lows[i]
    if low in FINITE:
        return FINITE[low]
    if read.pos[i] != "verb":
        return None
    said = {form for _, form in verbs.FORMS.get(low, ())}
    if "past" in said or said == {"base"}:
        return "either"
    return "singular" if said == {"third"} else None


_FAR = re.compile(r"The (\w+) (?:near|behind|beside|next to|with|on|under|that(?: likes?)?) the (\w+)"
                  r"(?: \w+)?? (is|are|was|were|has|have|\w+) [^.\n]+\.")


def distant_subjects(read):
    """In the drill of agreement: from a subject to its verb over the noun between."""
    if read.story.kind != "drill:agreement":
        return
    for match in _FAR.finditer(read.text):
        head, between = match.group(1), match.group(2)
        many, others = head in PLURALS, between in PLURALS
        number = "plural" if many else "singular"
        yield match.start(1), match.end(1), "subject over a distance", number
        middle = "plural" if others else "singular"
        yield match.start(2), match.end(2), "noun between subject and verb", middle
        if many != others:
            yield match.start(2), match.end(2), "noun between subject and verb", "of the other number"


MAKERS = (forms, subjects, distant_subjects)
