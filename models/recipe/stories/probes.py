"""The field's standard probes: a beginning, the continuations that are right, and those that are wrong.

Every prompt has a part that no training text has in that place (a thing, a noun, an event), or is so
particular that it hardly can (a function's arguments, the facts before a weekday), so that knowing the
texts by heart does not answer it.
"""
import random
from typing import NamedTuple, Tuple

from . import words as w
from .layers import ACTIONS, ARGUMENTS, KINDS
from .spans import vowel_sound
from .words import plural


class Probe(NamedTuple):
    prefix: str
    right: Tuple[str, ...]
    wrong: Tuple[str, ...]


# Never given away in the drill of gifts.
THINGS = "hat scarf button umbrella glove shoe spoon basket brush candle rope ladder".split()
# Never between subject and verb in the drill of agreement.
BETWEEN = "fox bear owl goat duck rabbit swan miller potter nurse painter gardener".split()
SUBJECTS = "boy girl farmer teacher king sailor cat dog horse baker".split()
# Never in the drill of years.
EVENTS = ["building of the tower", "building of the palace", "building of the school",
          "work on the lighthouse",
          "work on the harbour", "age of the great clocks", "long summer", "rule of the prince"]


def a_or_an(noun):
    return f"{'an' if vowel_sound(noun) else 'a'} {noun}"


def indirect_object(rng):
    """When A and B went to the park, A gave a hat to: B."""
    a, b = rng.sample(w.GIRLS + w.BOYS, 2)
    giver, taker = rng.choice([(a, b), (b, a)])
    go = rng.choice(["went to", "came to", "met at", "were at", "walked to", "arrived at"])
    verb = rng.choice(["gave", "handed", "passed", "showed", "brought", "offered", "lent"])
    return Probe(f"{rng.choice(['When', 'After'])} {a} and {b} {go} the {rng.choice(w.MEETING)}, "
                 f"{giver} {verb} {a_or_an(rng.choice(THINGS))} to", (f" {taker}",), (f" {giver}",))


def agreement(rng):
    """The boys near the fox: are. The noun between is always of the other number."""
    many = rng.random() < 0.5
    head, between = rng.choice(SUBJECTS), rng.choice(BETWEEN)
    head, between = (plural(head), between) if many else (head, plural(between))
    one, more = rng.choice([(" is", " are"), (" was", " were"), (" has", " have")])
    prefix = f"The {head} {rng.choice(['near', 'behind', 'beside', 'next to', 'with'])} the {between}"
    return Probe(prefix, (more if many else one,), (one if many else more,))


def years(rng):
    """The long summer lasted from 1732 to 17: 33 to 99, and not 00 to 32."""
    century, first = rng.randint(11, 19), rng.randint(5, 94)
    lead = rng.choice(["lasted from {} to {}", "began in {} and ended in {}", "went on from {} until {}",
                       "lasted from the year {} to the year {}"])
    ends = [f"{n:02}" for n in range(100)]
    return Probe(f"The {rng.choice(EVENTS)} {lead.format(f'{century}{first:02}', century)}",
                 tuple(ends[first + 1:]), tuple(ends[:first + 1]))


def weekdays(rng):
    """Two days from Monday is: Wednesday. Two facts about months stand before it."""
    month, other = rng.sample(range(12), 2)
    start, count = rng.randrange(7), rng.randint(1, 4)
    right = w.DAYS[(start + count) % 7]
    facts = f"{w.MONTHS[month]} has {w.MONTH_DAYS[month]} days. After {w.MONTHS[other]} comes " \
            f"{w.MONTHS[(other + 1) % 12]}."
    days = f"{w.NUMBERS[count].capitalize()} day{'s' * (count > 1)}"
    asked = f"{days} {rng.choice(['after', 'from'])} {w.DAYS[start]} is"
    return Probe(f"{facts} {asked}", (f" {right}",), tuple(f" {day}" for day in w.DAYS if day != right))


def docstring(rng):
    """A function's arguments, some of them described; the next is described next."""
    names = rng.sample(ARGUMENTS, rng.randint(4, 5))
    told = rng.randint(1, len(names) - 1)
    action = rng.choice(ACTIONS)
    # A description names no argument, or it would be an answer too.
    others = [name for name in ARGUMENTS if name not in names]

    def about():
        return f"{rng.choice(KINDS)} {rng.choice(others)}"

    lines = [f"    :param {name}: {about()}" for name in names[:told]]
    prefix = f"def {action}({', '.join(names)}):\n    \"\"\"{action} the {about()}\n\n" + "\n".join(lines) + \
        "\n    :param"
    return Probe(prefix, (f" {names[told]}",), tuple(f" {name}" for name in names if name != names[told]))


FAMILIES = {"indirect object": indirect_object, "agreement": agreement, "greater-than years": years,
            "weekday arithmetic": weekdays, "docstring": docstring}


def probes(family, count, seed=0):
    """Yields up to `count` different probes of a family, always the same for a seed."""
    rng, seen = random.Random(f"{family} {seed}"), set()
    for _ in range(20 * count):  # a family with few prompts ends before `count`
        if len(seen) == count:
            return
        probe = FAMILIES[family](rng)
        if probe.prefix not in seen:
            seen.add(probe.prefix)
            yield probe
