"""Truth about what comes next: the kind of the next word, the next mark, and which name."""
from .truth_marks import MARKS
from .truth_words import DAYS, FEMALE, MONTHS

KINDS = set("""name noun verb adjective determiner pronoun number preposition auxiliary adverb conjunction
particle""".split())
NEXT_MARKS = {".", ",", "?", "!", "”", "“", ":", "'s", ")", "("}
NEXT_WORDS = {"the", "a", "and", "of", "to", "was", "said", "it", "in", "day", "asked"}


def following(read):
    """Each word by what follows it."""
    for i in range(len(read.words) - 1):
        span = read.span(i)
        word = read.words[i + 1]
        if word == "\n":
            yield (*span, "next", "a new line")
        elif word in NEXT_MARKS:
            yield (*span, "next", MARKS[word])
        elif read.english[i + 1]:
            dated = word in DAYS or word in MONTHS
            if read.pos[i + 1] in KINDS and not (read.pos[i + 1] == "name" and dated):
                yield (*span, "next", read.pos[i + 1])
            if word in DAYS and read.pos[i + 1] == "name":
                yield (*span, "next", "day of the week")
            if read.lows[i + 1] in NEXT_WORDS:
                yield (*span, "next", "word " + read.lows[i + 1])


def next_name(read):
    """Between two names: which one comes next, whose it is, and whether it was named before."""
    last, seen, start = None, set(), 0
    for i, word in enumerate(read.words):
        if read.pos[i] != "name" or word in DAYS or word in MONTHS:
            continue
        if read.starts[i] > start:
            yield start, read.starts[i], "next name", word
            yield start, read.starts[i], "next name is", "of a female" if word in FEMALE else "of a male"
            if last:
                yield start, read.starts[i], "next name is", "the last one again" if word == last else \
                    "another than the last"
        last, start = word, read.ends[i]
        seen.add(word)


MAKERS = (following, next_name)
