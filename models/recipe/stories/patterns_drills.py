"""What the drills of `drills` can say, as templates: gifts, agreement, sums, days and months.

Each group: (slots, lists, templates, mode). The tests hold them to every sentence that the drills make."""
from . import words as w
from .automaton import PROSE
from .drills import COUNTED, EDIBLE
from .phrases import SEASON
from .slots import PEOPLE, Being, Listed
from .words import NUMBERS, plural, third

PERSONS = {name: Being(name, [], [], PEOPLE, "always", True) for name in "abcd"}
GIVEN = ["When {a} and {b} {go} the {meeting}, {xy}.", "After {a} and {b} {go} the {meeting}, {xy}.",
         "{a} and {b} {go} the {meeting}.", "There [{a} {gave} a {gift} to {b}|{b} {gave} a {gift} to {a}].",
         "One day {a} and {b} {go} the {meeting}.", "{a} {gave} a {gift} to {b}.",
         "While {a} and {b} were at the {meeting}, [{a} {gave} {b} a {gift}|{b} {gave} {a} a {gift}].",
         "Both of them were happy.", '"Thank you!" said the other with a smile.', "They laughed a lot.",
         "Then they went home together.", "It was a fine day.", "Then they ate {food}.",
         "After that they played until evening."]
GIVEN_LISTS = {"go": ["went to", "came to", "met at", "were at", "walked to", "arrived at"],
               "gave": "gave handed passed showed brought offered lent".split(), "food": w.FOOD_PL,
               "gift": w.TOYS + w.TREASURES + ["apple", "sandwich", "biscuit", "flower", "present"],
               "meeting": w.MEETING}
PAIRS = "[{a} {gave} a {gift} to {b}|{b} {gave} a {gift} to {a}]"


def plurals(nouns):
    return [plural(noun) for noun in nouns]


def _agreeing(head, other, many, many_others):
    """Sentences whose verb has the number of its first noun, whatever noun stands between."""
    be, was, have = ("are", "were", "have") if many else ("is", "was", "has")
    do = "{base}" if many else "{thirds}"
    know = "know|see|follow" if many_others else "knows|sees|follows"
    first = f"The {head} {{beside}} the {other} "
    state = "[happy|tired|young|hungry]"
    out = [f"{first}{be} {{feel}}.", f"{first}{was} {state}.", f"{first}{do} {{when}}.",
           f"{first}{have} a {{colour}} [house|boat|ball|blanket].",
           f"The {head} that the {other} [{know}] {be} {state}.",
           f"The {head} that {'like' if many else 'likes'} the {other} {be} {state}."]
    if many != many_others:
        spots = "{spots}" if many_others else "{spot}"
        thing = "{things}" if many else "{thing}"
        out.append(f"The {thing} [on|near|under|behind|beside] the {spots} {be} {{look}}.")
    return out


AGREEMENT = [t for many in (0, 1) for others in (0, 1) for t in
             _agreeing("{many}" if many else "{one}", "{manyb}" if others else "{oneb}", many, others)]
_PEOPLE = ["boy", "girl", "farmer", "teacher", "king", "sailor", "cat", "dog", "horse", "baker"]
_DO = ["sing", "run", "sleep", "wait", "smile", "jump", "eat", "rest"]
_THINGS = ["key", "book", "box", "cup", "flower", "letter", "boat", "basket"]
_SPOTS = ["table", "shelf", "chair", "window", "door", "wall"]
AGREEMENT_LISTS = {
    "one": _PEOPLE, "oneb": _PEOPLE, "many": plurals(_PEOPLE), "manyb": plurals(_PEOPLE),
    "beside": ["near", "behind", "beside", "next to", "with"],
    "feel": w.FEEL_GOOD + ["tired", "hungry", "old"], "base": _DO, "thirds": [third(base) for base in _DO],
    "when": ["every day", "every morning", "all day", "in the sun", "by the door"], "colour": w.COLOURS,
    "thing": _THINGS, "things": plurals(_THINGS), "spot": _SPOTS, "spots": plurals(_SPOTS),
    "look": w.COLOURS + ["old", "new", "small", "big"]}


def _count(n, one="{one}", many="{many}"):
    return f"{NUMBERS[n]} {one if n == 1 else many}"


def _sums():
    ten = range(1, 11)
    out = []
    for a in ten:
        for b in ten:
            out.append(f"{a} + {b} = {a + b}.")
            out.append(f"{NUMBERS[a].capitalize()} plus {NUMBERS[b]} is {NUMBERS[a + b]}.")
            if a >= b:
                out.append(f"{NUMBERS[a].capitalize()} minus {NUMBERS[b]} is {NUMBERS[a - b]}.")
            # One apple and two apples: the nouns must be of one kind, so each kind has its sentence.
            for noun in COUNTED if 1 in (a, b) else [None]:
                word = (noun, plural(noun)) if noun else ("{many}", "{many}")
                made = f"{_count(a, *word)} and {_count(b, *word)} make {_count(a + b, *word)}."
                out.append(made.capitalize())
    return out


SUM_STORY = ["{a} has {eaten}.",
             "[{b}|[Her|His] [mother|uncle|aunt]] gives [her|him] {upto9} more [{food}|{foods}].",
             "Now [he|she] has {eaten}.", "{a} had {eaten}.", "[She|He] gave {upto9} to {b}.",
             "[She|He] had {upto9} left."]
SUM_LISTS = {"eaten": [f"{NUMBERS[n]} {f if n == 1 else plural(f)}" for n in range(1, 20) for f in EDIBLE],
             "upto9": NUMBERS[1:10], "food": EDIBLE, "foods": plurals(EDIBLE)}


def _calendar():
    out, day, month = [], w.DAYS, w.MONTHS
    for i in range(7):
        for n in range(1, 5):
            count = f"{NUMBERS[n].capitalize()} day{'s' * (n > 1)}"
            out += [f"{count} [after|from] {day[i]} is {day[(i + n) % 7]}.",
                    f"{count} before {day[i]} is {day[(i - n) % 7]}."]
        out += [f"The day after {day[i]} is {day[(i + 1) % 7]}.",
                f"{day[i]} comes before {day[(i + 1) % 7]}.",
                f"If today is {day[i]}, tomorrow is {day[(i + 1) % 7]}.",
                f"If today is {day[i]}, yesterday was {day[(i - 1) % 7]}.",
                f"Between {day[i]} and {day[(i + 2) % 7]} comes {day[(i + 1) % 7]}."]
    for i in range(12):
        after = month[(i + 1) % 12]
        out += [f"After {month[i]} comes {after}.", f"{month[i]} comes before {after}.",
                f"{month[i]} has {w.MONTH_DAYS[i]} days.", f"The month after {month[i]} is {after}."]
        out += [f"{month[i]} is a {s} month." for s in SEASON if month[i] in SEASON[s]["month"]]
    return out


YEARS = ["{a} read aloud from the old book.", "The teacher wrote on the board.",
         "These words were cut into the stone.", "{a} had to learn the years by heart."]

GROUPS = [
    (PERSONS, GIVEN_LISTS, [t.replace("{xy}", PAIRS) for t in GIVEN], PROSE),
    ({}, AGREEMENT_LISTS, AGREEMENT, PROSE),
    ({"many": Listed(plurals(COUNTED), "many")}, {}, _sums(), PROSE),
    (PERSONS, SUM_LISTS, SUM_STORY, PROSE),
    ({}, {}, _calendar(), PROSE),
    (PERSONS, {}, YEARS, PROSE),
]
