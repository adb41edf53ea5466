"""What goes on beside a tale: clauses such as ", and a wise owl sang in the old mill", of many kinds.

Tales share their sentences; these clauses make most of what a tale says new, so that a model must learn to
speak and cannot only repeat. `add` writes them into a marked text, `without` takes one off a sentence.
"""
import re

from . import words as w

SHARE = 0.45
LINKS = ("and", "while")
COUNTS = ("two", "three", "four", "five", "six")
REST = "waited slept sang rested laughed listened danced played yawned wandered stood sat".split()
SOUGHT = ("looked for", "dreamed of", "talked about", "thought about")
HELD = ("carried", "polished", "painted", "found", "sold", "lost")
PLACES = [f"{at} the {noun}" for noun, at, _ in w.PLACES]
BEINGS = w.ANIMALS + w.TRADES
MANY = {w.plural(noun): noun for noun in w.ANIMALS}
ALL_FOOD = w.TREATS + w.DISHES
# A full stop outside quotation marks, after a word (or a mark of truth that closes on one).
_STOP = re.compile(r"(?<=[\w\x03])\.(?=\s|$)")
_CLAUSE = re.compile(r"(.*\w[”\"']?), (?:" + "|".join(LINKS) + r") ([\w' -]+)\.$", re.S)


def _who(rng, taken):
    if rng.random() < 0.4:
        many = rng.choice([plural for plural, noun in MANY.items() if noun not in taken])
        return f"{rng.choice(COUNTS)} {rng.choice(w.NATURE)} {many}"
    return f"a {rng.choice(w.NATURE)} {rng.choice([noun for noun in BEINGS if noun not in taken])}"


def _does(rng):
    kind = rng.randrange(3)
    if kind == 0:
        return f"{rng.choice(REST)} {rng.choice(PLACES)}"
    if kind == 1:
        return f"{rng.choice(SOUGHT)} {rng.choice(ALL_FOOD)}"
    return f"{rng.choice(HELD)} a {rng.choice(w.COLOURS)} {rng.choice(w.THINGS)}"


def add(rng, marked):
    """The marked text, a clause added to many of the sentences that end in a word and a full stop."""
    taken = set(re.findall(r"\w+", marked))
    out, at = [], 0
    for stop in _STOP.finditer(marked):
        if marked.count('"', 0, stop.start()) % 2 or rng.random() >= SHARE:
            continue
        out += [marked[at:stop.start()], f", {rng.choice(LINKS)} {_who(rng, taken)} {_does(rng)}"]
        at = stop.start()
    return "".join([*out, marked[at:]])


def _pattern():
    def either(words):
        return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"

    nature = either(w.NATURE)
    who = rf"(?:an? {nature} {either(BEINGS)}|{either(COUNTS)} {nature} {either(MANY)})"
    does = rf"(?:{either(REST)} {either(PLACES)}|{either(SOUGHT)} {either(ALL_FOOD)}" \
           rf"|{either(HELD)} an? {either(w.COLOURS)} {either(w.THINGS)})"
    return re.compile(f"{who} {does}")


CLAUSE = _pattern()


def without(sentence):
    """The sentence before its clause was added, or None where it has none."""
    found = _CLAUSE.match(sentence)
    return f"{found.group(1)}." if found and CLAUSE.fullmatch(found.group(2)) else None
