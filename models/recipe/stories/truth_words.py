"""Truth about single words: what they mean, whom they name, which number or day they are."""
from collections import Counter

from . import words as w
from .pos import NOUN_OR_VERB
from .word_classes import CLASSES
from .words import plural

MEMBERS = {}
for _concept, _words in CLASSES.items():
    for _word in _words:
        MEMBERS.setdefault(_word.lower(), []).append(_concept)
# Where a word has two lives, the part of speech that the class means.
REQUIRED = {"light": {"noun"}, "tool": {"noun"}, "character": {"adjective"}, "colour": {"adjective"},
            "adverb of manner": {"adverb"}, "adverb of time": {"adverb"}, "adverb of place": {"adverb"},
            "intensifier": {"adverb"}, "demonstrative": {"determiner", "pronoun"},
            "possessive determiner": {"determiner"}, "modal verb": {"modal"}, "size": {"adjective"},
            "direction": {"adverb", "adjective", "particle", "noun"}, "age": {"adjective"},
            "order": {"adjective", "adverb", "preposition"}, "month": {"name"}, "day of the week": {"name"},
            "weekend": {"name"}, "subordinating conjunction": {"conjunction"},
            "coordinating conjunction": {"conjunction"},
            "feeling: good": {"adjective"}, "temperature": {"adjective"}, "school": {"noun"}}
CALENDAR_CLASSES = {"month", "day of the week", "weekend"}
PRONOUN_FAMILIES = {"she": "she her herself", "he": "he him his himself", "it": "it its itself",
                    "they": "they them their themselves", "I": "i me my myself mine",
                    "we": "we us our", "you": "you your yours"}
PRONOUN_OF = {word: family for family, listed in PRONOUN_FAMILIES.items() for word in listed.split()}
CASES = {"subject": "i he she we they", "object": "me him us them",
         "reflexive": "himself herself itself myself"}
CASE_OF = {word: case for case, listed in CASES.items() for word in listed.split()}
PETS, GIRLS, BOYS = map(frozenset, (w.PETS_F + w.PETS_M, w.GIRLS, w.BOYS))
FEMALE = frozenset(w.GIRLS + w.PETS_F)
NUMBERS = {word: i for i, word in enumerate(w.NUMBERS)}
DAYS = {form: i for i, day in enumerate(w.DAYS) for form in (day, plural(day))}
MONTHS = {month: i for i, month in enumerate(w.MONTHS)}
LARGEST = 20
_SAME = {"sheep", "deer", "fish", "people"}  # one or many, or no noun of one
SINGULARS = frozenset([p[0] for p in w.PLACES] + w.ANIMALS + w.TRADES + w.FOOD_SG + w.THINGS + w.TOYS
                      + w.LOSABLE + w.OTHER_NOUNS + w.PLANTS + w.SCHOOL_THINGS + w.VEHICLES) - _SAME
_MORE_PLURALS = "people clothes socks birds children neighbours gulls animals parents banks stairs".split()
PLURALS = frozenset([plural(noun) for noun in SINGULARS] + w.FOOD_PL + _MORE_PLURALS) - SINGULARS


def _asks(read, i):
    """Whether the word at i begins a question."""
    if read.starts[i] not in read.first and read.low(i - 1) not in ("“", "‹", "and", "but", ":"):
        return False
    return next((word == "?" for word in read.words[i:] if word in ".?!“"), False)


def classes(read):
    for i, low in enumerate(read.lows):
        if not read.english[i]:
            continue
        kind = read.pos[i]
        for concept in MEMBERS.get(low, ()):
            if concept in CALENDAR_CLASSES:
                fits = kind == "name"
            else:
                fits = kind not in ("verb", "name") and kind in REQUIRED.get(concept, {kind})
            if low in NOUN_OR_VERB and kind is None or concept == "question word" and not _asks(read, i):
                fits = False
            if fits:
                yield (*read.span(i), "class", concept)
        if kind:
            yield (*read.span(i), "part of speech", kind)
        if low in SINGULARS and kind == "noun":
            yield (*read.span(i), "noun", "singular")
        elif low in PLURALS and kind == "noun":
            yield (*read.span(i), "noun", "plural")


def values(read):
    """Words that are one of an ordered few: days, months, numbers, colours, seasons."""
    for i, (word, low) in enumerate(zip(read.words, read.lows)):
        span = read.span(i)
        if word.isdigit():
            yield (*span, "number", "in figures")
            if int(word) <= LARGEST and len(word) < 3:
                yield (*span, "number", int(word))
            if 1000 <= int(word) <= 2100:
                yield (*span, "number", "a year")
                yield (*span, "century", int(word) // 100)
        if not read.english[i]:
            continue
        if low in NUMBERS and read.pos[i] == "number":
            yield (*span, "number", "in words")
            yield (*span, "number", NUMBERS[low])
        elif low in w.ORDINALS and read.pos[i] == "adjective":
            yield (*span, "number", "ordinal")
        elif word in DAYS and read.pos[i] == "name":
            yield (*span, "day", w.DAYS[DAYS[word]])
            yield (*span, "day index", DAYS[word])
        elif word in MONTHS and read.pos[i] == "name":
            yield (*span, "month", word)
            yield (*span, "month index", MONTHS[word])
        elif low in w.COLOURS and read.pos[i] == "adjective":
            yield (*span, "colour", low)
        elif low in w.SEASONS and read.pos[i] == "noun":
            yield (*span, "season", low)


def names(read):
    seen = Counter()
    for i, word in enumerate(read.words):
        if read.pos[i] != "name" or word in DAYS or word in MONTHS:
            continue
        span = read.span(i)
        yield (*span, "name", "girl" if word in GIRLS else "boy" if word in BOYS else "pet")
        yield (*span, "name", "of a female" if word in FEMALE else "of a male")
        yield (*span, "name", "again" if seen[word] else "for the first time")
        seen[word] += 1


def pronouns(read):
    for i, low in enumerate(read.lows):
        if not read.english[i] or read.words[i] == "I" and read.low(i + 1) == "," and read.low(i - 1) == ",":
            continue  # I, J, K, L: letters
        if low in PRONOUN_OF:
            yield (*read.span(i), "pronoun", PRONOUN_OF[low])
        if low in CASE_OF:
            yield (*read.span(i), "pronoun", "as " + CASE_OF[low])


def entities(read):
    """What the generator marked when it wrote: entities and the roles of the tale."""
    at = {start: read.pos[i] for i, start in enumerate(read.starts)}
    for start, end, tag, value in read.story.spans:
        if tag == "role":
            yield start, end, "role", value
        elif tag == "entity" and value not in ("day", "month", "feeling", "weather"):
            if at.get(start) == ("name" if value == "person" else "noun"):
                yield start, end, "entity", value


MAKERS = (classes, values, names, pronouns, entities)
