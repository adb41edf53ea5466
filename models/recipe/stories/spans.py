"""From marked text to plain text with spans of truth."""
import re
from functools import lru_cache

from . import words as w
from .grammar import CLOSE, KEEP, OPEN

_AN = re.compile(r"(?<![\w\x04'])([Aa]) ((?:\x01[^\x02]*\x02)*)([A-Za-z]+)")
_START = re.compile(r'(^|[.!?]\s+|\."\s+)((?:"|\x01[^\x02]*\x02|\x03)*)([a-z])')
_PARTS = re.compile(r"(\x01[^\x02]*\x02|\x03)")
_WORD = re.compile(r"[A-Za-zÀ-ÿ]+(?:[-'][A-Za-z]+)*|\d+")
_SPACES = re.compile(r"(?<=[^\n ]) {2,}")
_QUOTE = re.compile(r'"[^"\n]*"')
_NESTED = re.compile(r"‹([^›]*)›")
CONSONANT_SOUND = ("uni", "use", "one", "once", "eu", "usual")
SILENT_H = ("hour", "honest", "honour")


def vowel_sound(word):
    low = word.lower()
    if low.startswith(SILENT_H):
        return True
    return low[0] in "aeiou" and not low.startswith(CONSONANT_SOUND)


def _article(match):
    first, marks, word = match.groups()
    return f"{first}{'n' if vowel_sound(word) else ''} {marks}{word}"


def _lexicon():
    """What each unambiguous word is: entity and part of speech."""
    entity, pos = {}, {}

    def name(kind, nouns, plurals=True):
        for noun in nouns:
            entity[noun] = kind
            if plurals:
                entity.setdefault(w.plural(noun), kind)

    name("person", w.GIRLS + w.BOYS + w.PETS_F + w.PETS_M, False)
    name("animal", w.ANIMALS + w.SEA_ANIMALS)
    name("place", [p[0] for p in w.PLACES] + ["sea"])
    name("food", w.FOOD_SG)
    name("food", w.FOOD_PL + w.FOOD_MASS, False)
    name("feeling", w.FEEL_GOOD + w.FEEL_BAD, False)
    name("trade", w.TRADES)
    name("day", w.DAYS)
    name("month", w.MONTHS, False)
    name("weather", w.WEATHER + w.WEATHER_ADJ, False)
    for kind, listed in (("adverb", w.ADVERBS), ("preposition", w.PREPOSITIONS),
                         ("pronoun", w.PRONOUNS), ("determiner", w.DETERMINERS),
                         ("conjunction", w.CONJUNCTIONS), ("modal", w.MODALS),
                         ("auxiliary", w.AUXILIARIES)):
        pos.update(dict.fromkeys(listed, kind))
    for listed in (w.NATURE, w.LOOKS, w.SIZES, w.COLOURS, w.FEEL_GOOD, w.FEEL_BAD,
                   w.WEATHER_ADJ, w.OTHER_ADJ, w.MATERIAL, w.ELDER_NATURE):
        pos.update(dict.fromkeys(listed, "adjective"))
    nouns = (w.ANIMALS + w.TRADES + w.FOOD_SG + w.THINGS + w.TOYS + w.LOSABLE + w.OTHER_NOUNS
             + [p[0] for p in w.PLACES] + w.PLANTS + w.SCHOOL_THINGS + w.VEHICLES)
    verbs = {}
    for base in list(w.IRREGULAR) + w.REGULAR:
        for form in (base, w.third(base), w.past(base), w.participle(base), w.ing(base)):
            verbs[form] = "verb"
    singular = {}
    for noun in nouns:
        singular.setdefault(noun, "noun")
    many = {w.plural(noun) for noun in nouns} | set(w.FOOD_PL)
    both = (set(singular) | many) & set(verbs)
    for word, kind in (*singular.items(), *dict.fromkeys(many, "noun").items(), *verbs.items()):
        pos.setdefault(word, kind)
    for word in w.FOOD_MASS + w.WEATHER + w.SEASONS + w.TIMES + w.MEALS:
        pos.setdefault(word, "noun")
    for word in w.GIRLS + w.BOYS + w.PETS_F + w.PETS_M + w.DAYS + w.MONTHS:
        pos[word] = "name"
    return entity, pos, both, many - set(singular) - set(verbs)


ENTITY, POS, BOTH, PLURALS = _lexicon()
NUMBER = {word: str(i) for i, word in enumerate(w.NUMBERS)}
VERB_AFTER = {"to", "i", "we", "you", "they", "he", "she"}
DETERMINED = set(w.DETERMINERS) | set(w.COLOURS) | set(w.NATURE) | set(w.LOOKS)


@lru_cache(maxsize=8192)
def _facts(word):
    """(lower case, entity, part of speech, noun or verb, plural, number) of a word."""
    low = word.lower()
    entity = ENTITY.get(word) or (None if low in ("may", "march", "will") else ENTITY.get(low))
    number = NUMBER.get(low, word if word.isdigit() else None)
    return low, entity, POS.get(word) or POS.get(low), low in BOTH, low in PLURALS, number


def words_of(text):
    """Spans that follow from the lexicon. A word that may be noun or verb needs its neighbour."""
    spans, before = [], ""
    for match in _WORD.finditer(text):
        start, end = match.span()
        word = match.group()
        if word.endswith("'s"):
            word, end = word[:-2], end - 2
        low, entity, pos, both, many, number = _facts(word)
        if both:
            if before in DETERMINED or before in NUMBER:
                pos = "noun"
            else:
                entity = None
                pos = "verb" if before in VERB_AFTER else None
        if entity:
            spans.append((start, end, "entity", entity))
        if pos:
            spans.append((start, end, "pos", pos))
        if many:
            spans.append((start, end, "plural", "yes"))
        if number is not None:
            spans.append((start, end, "number", number))
        before = low
    return spans


def finish(marked, lexicon=True):
    """(plain text, spans) of a marked text: articles, capitals, quotes, lexicon."""
    marked = _AN.sub(_article, _SPACES.sub(" ", marked))
    marked = _START.sub(lambda m: m.group(1) + m.group(2) + m.group(3).upper(), marked)
    marked = marked.replace(KEEP, "").strip()
    spans, out, stack, length = [], [], [], 0
    for part in _PARTS.split(marked):
        if part.startswith(OPEN):
            stack.append((length, *part[1:-1].split(":", 1)))
        elif part == CLOSE:
            start, tag, value = stack.pop()
            spans.append((start, length, tag, value))
        else:
            out.append(part)
            length += len(part)
    text = "".join(out)
    for match in _QUOTE.finditer(text):
        spans.append((match.start(), match.end(), "quoted", "double"))
    for match in _NESTED.finditer(text):
        spans.append((match.start(), match.end(), "quoted", "single"))
    text = text.replace("‹", "'").replace("›", "'")
    if lexicon:
        spans.extend(words_of(text))
    return text, sorted(spans)
