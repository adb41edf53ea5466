"""Words that nobody should meet in a text that ships: slurs, what older books call people, obscenities.

`unwanted.txt` holds their hashes only, a line each: "word" and the hash of the whole word, or "stem" and that of
how a word begins. To add one, print `digest` of it as `words` spells it. `tests/unwanted.ts` reads the same list.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

LIST = Path(__file__).parent / "unwanted.txt"
SHORTEST_STEM = 4
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


def words(text):
    """Lower case, without punctuation, apostrophes and accents."""
    plain = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    return [re.sub("['’]", "", word) for word in WORD.findall(plain)]


def digest(word):
    return hashlib.sha256(word.encode()).hexdigest()[:16]


def read(lines):
    """{"word": hashes, "stem": hashes}"""
    pairs = [line.split() for line in lines.splitlines()]
    return {kind: frozenset(h for k, h in pairs if k == kind) for kind in ("word", "stem")}


LISTED = read(LIST.read_text())


@lru_cache(maxsize=None)
def names(word, listed):
    """Whether a list, as (words, stems), names a word."""
    begins = (word[:n] for n in range(SHORTEST_STEM, len(word) + 1))
    return digest(word) in listed[0] or any(digest(b) in listed[1] for b in begins)


def found(text, listed=LISTED):
    """The words of a text that the list names; what a hyphen joins or an apostrophe parts is looked up both ways."""
    joined = " ".join(c.replace("-", "") for c in COMPOUND.findall(text))
    parted = re.sub("['’]", " ", text)
    pair = listed["word"], listed["stem"]
    return [word for word in dict.fromkeys(words(f"{text} {joined} {parted}")) if names(word, pair)]
