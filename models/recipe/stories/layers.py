"""Short pieces with layers: docstrings that repeat their arguments, brackets inside brackets."""
from . import words as w
from .drills import her
from .grammar import KEEP

ARGUMENTS = """apple bell boat book box button candle clock coin cup day door drum egg field flower gate hat
house key kite ladder lamp leaf letter map milk moon name nest oar path pear plum ring road rope sail
shell shoe spoon star stone tree wall water wheel window word""".split()
ACTIONS = "add bake carry count draw fill find fold hide load mend mix move open pack paint sort wash".split()
KINDS = "big blue clean cold dry empty full green long new old open red round short small warm white".split()


def _about(rng):
    return f"{rng.choice(KINDS)} {rng.choice(ARGUMENTS)}"


def docstring(rng):
    """A function whose docstring names its arguments in their order."""
    names = rng.sample(ARGUMENTS, rng.randint(3, 5))
    action = rng.choice(ACTIONS)
    head = f"{KEEP}def {action}({', '.join(names)}):\n    \"\"\"{action} the {_about(rng)}\n\n"
    if rng.random() < 0.7:
        lines = [f"    :param {name}: {_about(rng)}" for name in names]
    else:
        lines = ["    Args:"] + [f"        {name}: {_about(rng)}" for name in names]
    tail = f"\n    \"\"\"\n    return {names[0]} + {names[-1]}" if rng.random() < 0.5 else "\n    \"\"\""
    return head + "\n".join(lines) + tail


def _tree(rng, depth):
    """A word, or a bracket around words and brackets."""
    if depth == 0 or rng.random() < 0.25:
        return rng.choice(w.ANIMALS + w.FOOD_SG)
    left, right = rng.choice(["()", "()", "[]", "{}"])
    return left + ", ".join(_tree(rng, depth - 1) for _ in range(rng.randint(2, 3))) + right


def _sum(rng, depth):
    """(text, value) of a sum with brackets."""
    if depth == 0:
        n = rng.randint(1, 9)
        return str(n), n
    (a, x), (b, y) = _sum(rng, depth - 1), _sum(rng, rng.randrange(depth))
    sign, value = rng.choice([("+", x + y), ("+", x + y), ("-", x - y), ("*", x * y)])
    return f"({a} {sign} {b})", value


def _line(rng):
    style = rng.choice([0, 0, 1, 1, 2, 2, 3])
    if style == 0:
        text, value = _sum(rng, rng.randint(1, 3))
        return f"{KEEP}total = {text}  # {value}"
    if style == 1:
        return f"{KEEP}{rng.choice(ARGUMENTS)} = [{_tree(rng, 2)}, {_tree(rng, 1)}]"
    if style == 2:
        one, two, three = rng.sample(ACTIONS, 3)
        return f"{KEEP}{one}({two}({rng.choice(ARGUMENTS)}), {three}({rng.choice(ARGUMENTS)}, " \
               f"{rng.randint(1, 9)}))"
    return f"{KEEP}print(len([{', '.join(rng.sample(ARGUMENTS, 3))}]))  # 3"


def nested(rng):
    return "\n".join(_line(rng) for _ in range(rng.randint(5, 7)))


def _aside(rng):
    a, b, c = rng.sample(w.GIRLS + w.BOYS, 3)
    thing, colour = rng.choice(w.TOYS), rng.choice(w.COLOURS)
    food, animal, day = rng.choice(w.FOOD_PL), rng.choice(w.FARM), rng.choice(w.DAYS)
    trade, mind = rng.choice(w.TRADES), rng.choice(w.NATURE)
    return rng.choice([
        f"{a} (who is {b}'s neighbour) has a {colour} {thing}.",
        f"{a} (the {trade}'s {'daughter' if a in w.GIRLS else 'son'}) came on {day} (as always).",
        f"The {animal} (its name is {c}) ate the {food} (and the basket).",
        f"On {day} (it rained) {a} and {b} stayed at home (with {c} and the {animal}).",
        f"{a} gave {b} a {thing} (a {colour} one (the best of all)).",
        f"The {trade} (a {mind} man) sold {food} (the big ones (not the small ones)).",
        f"{a} lost {her(a)} {thing} (the {colour} one) and found it again (under the bed).",
        f"There were three of them: {a} (the oldest), {b} (the quiet one) and {c} (the youngest)."])


def asides(rng):
    """Sentences with remarks in brackets."""
    return " ".join(_aside(rng) for _ in range(rng.randint(4, 6)))
