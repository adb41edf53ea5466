"""Truth about marks and layout: punctuation, quotations, brackets, lines, where in a sentence a word is."""
import re

from .sentences import ENDERS
from .verbs import SPEECH

MARKS = {",": "comma", ".": "full stop", "?": "question mark", "!": "exclamation mark", ":": "colon",
         ";": "semicolon", "“": "opening quote", "”": "closing quote", "‹": "nested opening quote",
         "›": "nested closing quote", "'s": "apostrophe s", "(": "opening round bracket",
         ")": "closing round bracket", "[": "opening square bracket", "]": "closing square bracket",
         "{": "opening brace", "}": "closing brace", "=": "equals sign", "+": "plus sign", "*": "times sign",
         "#": "hash", "…": "ellipsis"}
SPEAKING = SPEECH | {"laughed", "sighed", "wailed", "wondered", "thought"}
PAIRS = {")": "(", "]": "[", "}": "{"}


def marks(read):
    for i, word in enumerate(read.words):
        if word in MARKS and not (word in "“”" and read.story.kind == "drill:docstring"):
            yield (*read.span(i), "mark", MARKS[word])
    for match in re.finditer(r"\n\n|\n", read.text):
        yield (*match.span(), "mark", "blank line" if match.end() - match.start() == 2 else "newline")
    for match in re.finditer(r"^- ", read.text, re.M):
        yield match.start(), match.start() + 1, "mark", "dash of a list"
    for match in re.finditer(r"[A-Za-z]'[a-z]", read.text):
        if read.text[match.start() + 1:match.end()] != "'s":
            yield match.start() + 1, match.start() + 2, "mark", "apostrophe within a word"
    for match in re.finditer(r"^ +", read.text, re.M):
        yield (*match.span(), "mark", "indentation")


def quotations(read):
    """Text between quotation marks, the marks with it; and the words that say who speaks."""
    for start, end, tag, value in read.story.spans:
        if tag == "quoted" and end - start > 2:
            yield start, end, "quoted", value
    for i, word in enumerate(read.words):
        if word == "”" and read.low(i + 1).isalpha():
            stop = next((j for j in range(i + 1, len(read.words)) if read.words[j] in ",.“!?:"),
                        len(read.words))
            if SPEAKING & set(read.lows[i + 1:min(stop, i + 5)]):
                yield read.starts[i + 1], read.ends[stop - 1], "said", "who says it"


def brackets(read):
    """How deep in brackets: from the opening bracket to the closing one, both counted in."""
    open_at = []
    for i, word in enumerate(read.words):
        if word in PAIRS.values():
            open_at.append((word, read.starts[i]))
        elif word in PAIRS:
            if not open_at or open_at[-1][0] != PAIRS[word]:
                return  # not in pairs: nothing is said of the rest
            _, start = open_at.pop()
            yield start, read.ends[i], "bracket depth", len(open_at) + 1


def places(read):
    """First and last words of sentences, quotations and lines; questions and exclamations."""
    for start, end in read.sentences:
        inside = [i for i in range(len(read.words)) if start <= read.starts[i] < end]
        words = [i for i in inside if read.words[i][0].isalpha()]
        if not words:
            continue
        yield (*read.span(words[0]), "place", "first word of a sentence")
        body = read.text[start:end].rstrip("\"'›)")
        if body.endswith(tuple(ENDERS)):
            yield (*read.span(words[-1]), "place", "last word of a sentence")
    for i, word in enumerate(read.words[:-1]):
        if word == "“":
            yield (*read.span(i + 1), "place", "first word of a quotation")
        if read.words[i + 1] == "," and word[0].isalpha():
            yield (*read.span(i), "place", "word before a comma")
        if word == "," and read.words[i + 1][0].isalpha():
            yield (*read.span(i + 1), "place", "word after a comma")
        if word == ":" and read.words[i + 1][0].isalpha():
            yield (*read.span(i + 1), "place", "word after a colon")
        if read.words[i + 1] == "'s":
            yield (*read.span(i), "place", "owner before apostrophe s")
    for match in re.finditer(r"(?<=\n)[^\W_]+", read.text):
        yield (*match.span(), "place", "first word of a line")
    for match in re.finditer(r"(?<=\n\n)[^\W_]+", read.text):
        yield (*match.span(), "place", "first word of a paragraph")
    for match in re.finditer(r"^- [^\n]+", read.text, re.M):
        yield (*match.span(), "place", "in a list of lines")
    first = re.match(r"[^\W_]+", read.text)
    if first:
        yield (*first.span(), "place", "first word of the text")
    if len(read.sentences) > 3:
        yield (*read.sentences[0], "place", "in the first sentence")
        yield (*read.sentences[-1], "place", "in the last sentence")


def asked(read):
    """Questions and exclamations, from where they begin, be it within a quotation, to their mark."""
    start = 0
    for i, word in enumerate(read.words):
        if word in "?!" and i >= start:
            yield (*read.span(start, i), "sentence", "question" if word == "?" else "exclamation")
        if word in "“‹\n" or word in ENDERS or word in "”›" and start == i:
            start = i + 1


MAKERS = (marks, quotations, brackets, places, asked)
