"""What the drills of `facts` can say, as templates; see `patterns_drills`."""
from . import words as w
from .automaton import PROSE
from .facts import COMPARE, OPPOSITES, SOUNDS, WORKS, YOUNG
from .patterns_drills import PERSONS
from .slots import PEOPLE, PETS, Being, Listed
from .words import NUMBERS, ing, participle, past, plural, third

FACTS_END = ["The pupils wrote it in their notebooks.", "That was the lesson for today.",
             "Then the bell rang."]
_VERBS = """sing swim run read write play work walk sleep dance draw cook sew paint listen dig ride fish skip
climb"""
_NOUNS = """mouse goose child man woman leaf foot tooth loaf wolf sheep berry box fox knife baby story potato
apple
dog church day key brush city shelf""".split()


def _opposites():
    out = []
    for pair in OPPOSITES:
        for a, b in (pair, pair[::-1]):
            out += [f"The opposite of {a} is {b}.", f"Not {a} but {b}.",
                    f'"{a.capitalize()}" is the opposite of "{b}".']
    return out


def _comparing():
    out = ["{a}."]
    for adj, forms in COMPARE.items():
        more, most = forms.split()
        out += [f"{{a}} is {adj}.", f"{{b}} is {more} than {{a}}.", f"{{c}} is the {most} of the three.",
                f"Who is not so {adj} as {{b}}?",
                f"The {{walker}} was {adj}, but the {{farm}} was {more}, and the "
                f"[snail|beetle|spider|parrot] was the {most} of all."]
    return out


def _tenses():
    out = []
    for verb in _VERBS.split():
        was, does, going, done = past(verb), third(verb), ing(verb), participle(verb)
        if verb in ("fish", "skip"):  # not among the generator's verbs elsewhere
            was = done = {"fish": "fished", "skip": "skipped"}[verb]
            going = {"fish": "fishing", "skip": "skipping"}[verb]
        out += [f"Every day {{a}} {does}.", f"Yesterday [he|she] {was}.",
                f"Tomorrow [he|she] will {verb} again.",
                f"{{a}} is {going} now.", f"Yesterday [he|she] {was} too.", f"[He|She] has often {done}.",
                f"{{a}} likes to {verb}.", f"Last {{day}} [he|she] {was} with {{b}}.",
                f"Today I {verb}, yesterday I {was}, and I have always {done}."]
    return out


def _plurals():
    return [t for n in _NOUNS for t in (
        f"One {n}, two {plural(n)}.", f"Here is a {n}; there are {{few}} {plural(n)}.",
        f"There is one {n} and there are many {plural(n)}.")]


def _counting():
    figures = [f"{', '.join(str(start + step * i) for i in range(long))}."
               for step, start in ((1, 1), (1, 2), (1, 3), (2, 2), (5, 5), (10, 10)) for long in range(6, 11)]
    spoken = [f"{{a}} counted: {', '.join(NUMBERS[1:long])}." for long in range(6, 14)]
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [*figures, *spoken,
            *(f"After {NUMBERS[at]} comes {NUMBERS[at + 1]}." for at in range(19)),
            *(f"The {w.ORDINALS[at]} comes before the {w.ORDINALS[at + 1]}." for at in range(9)),
            *(f"{', '.join(letters[at:at + 4])}." for at in range(19)),
            f"The days of the week are {', '.join(w.DAYS[:-1])} and {w.DAYS[-1]}.",
            f"The seasons are {', '.join(w.SEASONS[:-1])} and {w.SEASONS[-1]}.",
            f"First [{'|'.join(w.MONTHS[:3])}], then [{'|'.join(w.MONTHS[3:7])}], and last of all "
            f"[{'|'.join(w.MONTHS[7:])}]."]


def _knowledge():
    return [*(f"A young {parent} is called a {baby}." for parent, baby in YOUNG),
            *(f"The {baby} is looking for its mother." for _, baby in YOUNG),
            *(f"The {beast} {sound}." for beast, sound in SOUNDS),
            *(t for trade, work in WORKS for t in (
                f"A {trade} {work}.", f"The {trade} {work} every day, even on {{day}}."))]


CHORUS = ["{a} has {it}, {b} has {it}, and {c} has {it}.",
          "Here they come: {a} with {that}, {b} with {that}, and {c} with {that}.",
          "Whose is the {thing}?", "It is {a.own} {sole}.", "Which {thing} is {colour}?", "{a.own} is.",
          "{a} looks at {that} and smiles."]
CHORUS_LISTS = {"colour": w.COLOURS, "thing": w.TOYS + ["apple", "flower", "book", "hat"]}
_NAMED = {name: Being(name, [], [], PEOPLE | PETS, "always", True) for name in "abc"}

_SAID = ["Come home", "Wait for me", "I know the way", "It is only a game", "Good morning", "The soup is ready",
         "Nobody is late", "Look at the moon"]
QUOTING = ['"What did {c} say?" asked {a}.', f'"[He|She] said, ‹[{"|".join(_SAID)}]!›" answered {{b}}.',
           '"Why did [he|she] say that?"', '"I don\'t know.',
           '[He|She] was [tired|happy|in a hurry|at the door|on the stairs]."',
           '"That is not what I heard," said {c}.',
           '"I heard ‹[No|Yes|Maybe|Run].›"', "{a} nodded.", '"Then we must go," [he|she] said.',
           "{a} laughed, and {b} laughed with {a.o}.", "{a} wrote it down in {a.p} notebook."]

_RULES = {"it": "a {colour} {thing}", "that": "the {colour} {thing}"}
GROUPS = [
    ({}, {}, _opposites() + FACTS_END, PROSE),
    (PERSONS, {"walker": w.WALKERS, "farm": w.FARM}, _comparing(), PROSE),
    (PERSONS, {"day": w.DAYS}, _tenses(), PROSE),
    ({}, {"few": NUMBERS[2:9]}, _plurals(), PROSE),
    (PERSONS, {}, _counting(), PROSE),
    ({}, {"day": w.DAYS}, _knowledge(), PROSE),
    ({**_NAMED, "sole": Listed(CHORUS_LISTS["thing"])}, CHORUS_LISTS,
     [t.replace("{it}", _RULES["it"]).replace("{that}", _RULES["that"]) for t in CHORUS], PROSE),
    (PERSONS, {}, QUOTING, PROSE),
]
