"""Short pieces that are not tales: sums, lists, letters, questions, dates, agreement, code."""
from . import cast, words as w
from .phrases import SEASON
from .words import plural, third

COUNTED = "apple pear book egg boat kite cat dog hen coin shell flower star stone".split()
EDIBLE = "apple pear plum egg carrot biscuit pancake cherry nut cake".split()


def _names(rng, count):
    return rng.sample(w.GIRLS + w.BOYS, count)


def _num(n):
    return w.NUMBERS[n]


def _count(n, noun):
    return f"{_num(n)} {noun if n == 1 else plural(noun)}"


def _many(rng, low, high, *makers):
    """A few different sentences from different makers."""
    out = []
    total = rng.randint(low, high)
    while len(out) < total:
        sentence = rng.choice(makers)(rng)
        if sentence not in out:
            out.append(sentence)
    return rng.choice([" ", " ", "\n"]).join(out)


def _sum(rng):
    noun = rng.choice(COUNTED)
    a, b = rng.randint(1, 10), rng.randint(1, 10)
    style = rng.randrange(4)
    if style == 0:
        verb = "make" if a + b > 1 else "makes"
        return f"{_count(a, noun)} and {_count(b, noun)} {verb} {_count(a + b, noun)}.".capitalize()
    if style == 1:
        return f"{a} + {b} = {a + b}."
    if style == 2:
        return f"{_num(a).capitalize()} plus {_num(b)} is {_num(a + b)}."
    high, low = max(a, b), min(a, b)
    return f"{_num(high).capitalize()} minus {_num(low)} is {_num(high - low)}."


def _sum_story(rng):
    noun = rng.choice(EDIBLE)
    name, other = _names(rng, 2)
    a, b = rng.randint(3, 10), rng.randint(1, 9)
    she = "She" if name in w.GIRLS else "He"
    if rng.random() < 0.5:
        giver = rng.choice([other, f"{her(name)} {rng.choice(['mother', 'uncle', 'aunt'])}"])
        giver = giver[0].upper() + giver[1:]
        return (f"{name} has {_count(a, noun)}. {giver} gives {obj(name)} {_num(b)} more "
                f"{noun if b == 1 else plural(noun)}. "
                f"Now {she.lower()} has {_count(a + b, noun)}.")
    b = rng.randint(1, a - 1)
    return (f"{name} had {_count(a, noun)}. {she} gave {_num(b)} to {other}. "
            f"{she} had {_num(a - b)} left.")


def her(name):
    return "her" if name in w.GIRLS else "his"


def obj(name):
    return "her" if name in w.GIRLS else "him"


def subj(name):
    return "she" if name in w.GIRLS else "he"


def sums(rng):
    return _many(rng, 3, 6, _sum, _sum, _sum_story)


def _weekday(rng):
    i, n = rng.randrange(7), rng.randint(1, 4)
    day = w.DAYS
    days = "day" if n == 1 else "days"
    if rng.random() < 0.6:
        word = rng.choice(["after", "from"])
        return f"{_num(n).capitalize()} {days} {word} {day[i]} is {day[(i + n) % 7]}."
    return rng.choice([
        f"{_num(n).capitalize()} {days} before {day[i]} is {day[(i - n) % 7]}.",
        f"The day after {day[i]} is {day[(i + 1) % 7]}.",
        f"If today is {day[i]}, tomorrow is {day[(i + 1) % 7]}.",
        f"If today is {day[i]}, yesterday was {day[(i - 1) % 7]}.",
        f"{day[i]} comes before {day[(i + 1) % 7]}.",
        f"Between {day[i]} and {day[(i + 2) % 7]} comes {day[(i + 1) % 7]}."])


def _month(rng):
    i = rng.randrange(12)
    month = w.MONTHS
    return rng.choice([
        f"After {month[i]} comes {month[(i + 1) % 12]}.",
        f"{month[i]} comes before {month[(i + 1) % 12]}.",
        f"{month[i]} has {w.MONTH_DAYS[i]} days.",
        f"The month after {month[i]} is {month[(i + 1) % 12]}.",
        *(f"{month[i]} is a {s} month." for s in SEASON if month[i] in SEASON[s]["month"])])


def calendar(rng):
    return _many(rng, 4, 8, _weekday, _weekday, _month)


def _years(rng):
    start = rng.randint(1100, 1980)
    century = start // 100 * 100
    end = min(start + rng.randint(2, 60), century + 99)
    if end <= start:
        start = century + 40
        end = start + rng.randint(2, 55)
    what = rng.choice(["war", "peace", "long winter", "rule of the king", "rule of the queen",
                       "building of the castle", "building of the bridge", "voyage", "journey",
                       "work on the church", "age of the great ships", "quarrel", "drought"])
    return rng.choice([
        f"The {what} lasted from {start} to {end}.",
        f"The {what} lasted from the year {start} to the year {end}.",
        f"The {what} began in {start} and ended in {end}.",
        f"The {what} went on from {start} until {end}.",
        f"Between {start} and {end} the {rng.choice(w.TRADES)} lived in the same house."])


def years(rng):
    name = rng.choice(w.GIRLS + w.BOYS)
    lead = rng.choice([
        f"{name} read aloud from the old book. ", "The teacher wrote on the board. ",
        "These words were cut into the stone. ", f"{name} had to learn the years by heart. ", ""])
    return lead + " ".join(_years(rng) for _ in range(rng.randint(3, 6)))


def given(rng):
    """Who gave what to whom, said so that the last name can be known."""
    a, b = _names(rng, 2)
    place = cast.place(rng, w.MEETING)
    what = rng.choice(w.TOYS + w.TREASURES + ["apple", "sandwich", "biscuit", "flower", "present"])
    verb = rng.choice(["gave", "handed", "passed", "showed", "brought", "offered", "lent"])
    go = rng.choice(["went to", "came to", "met at", "were at", "walked to", "arrived at"])
    x, y = rng.choice([(a, b), (b, a)])
    return rng.choice([
        f"When {a} and {b} {go} the {place.noun}, {x} {verb} a {what} to {y}.",
        f"After {a} and {b} {go} the {place.noun}, {x} {verb} a {what} to {y}.",
        f"{a} and {b} {go} the {place.noun}. There {x} {verb} a {what} to {y}.",
        f"One day {a} and {b} {go} the {place.noun}. {x} {verb} a {what} to {y}.",
        f"While {a} and {b} were at the {place.noun}, {x} {verb} {y} a {what}."])


def gifts(rng):
    out = []
    for _ in range(rng.randint(2, 4)):
        out.append(given(rng))
        if rng.random() < 0.6:
            out.append(rng.choice([
                'Both of them were happy.', '"Thank you!" said the other with a smile.',
                "Then they went home together.", "It was a fine day.", "They laughed a lot.",
                f"Then they ate {rng.choice(w.FOOD_PL)}.", "After that they played until evening."]))
    return " ".join(out)


def _agree(rng):
    people = ["boy", "girl", "farmer", "teacher", "king", "sailor", "cat", "dog", "horse", "baker"]
    a, b = rng.sample(people, 2)
    near = rng.choice(["near", "behind", "beside", "next to", "with"])
    many = rng.random() < 0.5
    other_many = rng.random() < 0.7 if not many else rng.random() < 0.3
    head = plural(a) if many else a
    other = plural(b) if other_many else b
    be = "are" if many else "is"
    was = "were" if many else "was"
    base = rng.choice(["sing", "run", "sleep", "wait", "smile", "jump", "eat", "rest"])
    when = rng.choice(["every day", "every morning", "all day", "in the sun", "by the door"])
    do = base if many else third(base)
    have = "have" if many else "has"
    knows = rng.choice(["know", "see", "follow"])
    knows, likes = knows if other_many else third(knows), "like" if many else "likes"
    return rng.choice([
        f"The {head} {near} the {other} {be} {rng.choice(w.FEEL_GOOD + ['tired', 'hungry', 'old'])}.",
        f"The {head} {near} the {other} {was} {rng.choice(['happy', 'tired', 'young', 'hungry'])}.",
        f"The {head} {near} the {other} {do} {when}.",
        f"The {head} that the {other} {knows} {be} {rng.choice(['happy', 'tired', 'young', 'hungry'])}.",
        f"The {head} that {likes} the {other} {be} {rng.choice(['happy', 'tired', 'young', 'hungry'])}.",
        f"The {head} {near} the {other} {have} a {rng.choice(w.COLOURS)} "
        f"{rng.choice(['house', 'boat', 'ball', 'blanket'])}."])


def _agree_thing(rng):
    a, b = rng.sample(["key", "book", "box", "cup", "flower", "letter", "boat", "basket"], 2)
    many = rng.random() < 0.5
    where = rng.choice(["on", "near", "under", "behind", "beside"])
    place = rng.choice(["table", "shelf", "chair", "window", "door", "wall"])
    head = plural(a) if many else a
    spot = plural(place) if not many else place
    return (f"The {head} {where} the {spot} {'are' if many else 'is'} "
            f"{rng.choice(w.COLOURS + ['old', 'new', 'small', 'big'])}.")


def agreement(rng):
    return _many(rng, 4, 8, _agree, _agree, _agree_thing)
