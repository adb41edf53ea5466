"""Short pieces about words and order: opposites, comparing, tenses, plurals, counting, names."""
from . import words as w
from .drills import her, obj, subj
from .words import ing, participle, past, plural, third

OPPOSITES = [("big", "small"), ("hot", "cold"), ("old", "young"), ("long", "short"), ("good", "bad"),
             ("happy", "sad"), ("fast", "slow"), ("light", "dark"), ("full", "empty"), ("wet", "dry"),
             ("high", "low"), ("rich", "poor"), ("strong", "weak"), ("open", "closed"), ("near", "far"),
             ("up", "down"), ("day", "night"), ("summer", "winter"), ("left", "right"), ("first", "last"),
             ("early", "late"), ("loud", "quiet"), ("thick", "thin"), ("hard", "soft"), ("clean", "dirty")]
COMPARE = {"big": "bigger biggest", "small": "smaller smallest", "tall": "taller tallest",
           "old": "older oldest", "young": "younger youngest", "fast": "faster fastest",
           "slow": "slower slowest", "strong": "stronger strongest", "happy": "happier happiest",
           "quiet": "quieter quietest", "brave": "braver bravest"}
YOUNG = [("dog", "puppy"), ("cat", "kitten"), ("sheep", "lamb"), ("cow", "calf"), ("horse", "foal"),
         ("duck", "duckling"), ("hen", "chick"), ("bear", "cub"), ("goat", "kid"), ("pig", "piglet")]
SOUNDS = [("dog", "barks"), ("cat", "purrs"), ("horse", "neighs"), ("duck", "quacks"), ("lion", "roars"),
          ("frog", "croaks"), ("bee", "hums"), ("owl", "hoots"), ("rooster", "crows"), ("bird", "sings")]
WORKS = [("baker", "bakes bread"), ("fisherman", "catches fish"), ("tailor", "makes clothes"),
         ("gardener", "looks after the garden"), ("teacher", "teaches children"), ("cook", "makes soup"),
         ("shepherd", "looks after the sheep"), ("postman", "brings letters"), ("potter", "makes pots"),
         ("sailor", "sails the sea"), ("doctor", "helps sick people"), ("builder", "builds houses"),
         ("painter", "paints pictures"), ("miller", "grinds corn"), ("musician", "plays music")]
FACTS_END = ["", "", " The pupils wrote it in their notebooks.", " That was the lesson for today.",
             " Then the bell rang."]


def opposites(rng):
    out = []
    for a, b in rng.sample(OPPOSITES, rng.randint(5, 8)):
        if rng.random() < 0.5:
            a, b = b, a
        out.append(rng.choice([f"The opposite of {a} is {b}.", f"Not {a} but {b}.",
                               f'"{a.capitalize()}" is the opposite of "{b}".']))
    return " ".join(out) + rng.choice(FACTS_END)


def comparing(rng):
    adj, other = rng.sample(sorted(COMPARE), 2)
    more, most = COMPARE[adj].split()
    a, b, c = rng.sample(w.GIRLS + w.BOYS, 3)
    less, least = COMPARE[other].split()
    one = rng.choice(w.WALKERS)
    two = rng.choice([x for x in w.FARM if x != one])
    return (f"{a} is {adj}. {b} is {more} than {a}. {c} is {more} than {b}. "
            f"{c} is the {most} of the three. Who is not so {adj} as {b}? {a}. "
            f"The {one} was {other}, but the {two} was {less}, and "
            f"the {rng.choice(['snail', 'beetle', 'spider', 'parrot'])} was the {least} of all.")


def tenses(rng):
    name, other = rng.sample(w.GIRLS + w.BOYS, 2)
    out = []
    for verb in rng.sample("sing swim run read write play work walk sleep dance draw cook sew paint "
                           "listen dig ride fish skip climb".split(), rng.randint(2, 3)):
        was = past(verb) if verb not in ("fish", "skip") else verb + ("ped" if verb == "skip" else "ed")
        ends = {"fish": "fishes", "skip": "skips"}.get(verb, third(verb))
        going = {"skip": "skipping"}.get(verb, ing(verb))
        done = participle(verb) if verb not in ("fish", "skip") else was
        who = subj(name)
        out.append(rng.choice([
            f"Every day {name} {ends}. Yesterday {who} {was}. Tomorrow {who} will {verb} again.",
            f"{name} is {going} now. Yesterday {who} {was} too. {who.capitalize()} has often {done}.",
            f"{name} likes to {verb}. Last {rng.choice(w.DAYS)} {who} {was} with {other}.",
            f"Today I {verb}, yesterday I {was}, and I have always {done}."]))
    return " ".join(out)


def plurals(rng):
    nouns = rng.sample(["mouse", "goose", "child", "man", "woman", "leaf", "foot", "tooth", "loaf",
                        "wolf", "sheep", "berry", "box", "fox", "knife", "baby", "story", "potato",
                        "apple", "dog", "church", "day", "key", "brush", "city", "shelf"], 6)
    return " ".join(rng.choice([
        f"One {n}, two {plural(n)}.", f"Here is a {n}; there are {rng.choice(w.NUMBERS[2:9])} {plural(n)}.",
        f"There is one {n} and there are many {plural(n)}."]) for n in nouns)


def counting(rng):
    step = rng.choice([1, 1, 2, 5, 10])
    start = rng.choice([1, 1, 2, 3]) if step == 1 else step
    figures = [start + step * i for i in range(rng.randint(6, 10))]
    spoken = ", ".join(w.NUMBERS[n] for n in range(1, rng.randint(6, 13)))
    name = rng.choice(w.GIRLS + w.BOYS)
    letters = "abcdefghijklmnopqrstuvwxyz"
    at = rng.randint(0, 18)
    return " ".join(rng.sample([
        f"{name} counted: {spoken}.", f"{', '.join(map(str, figures))}.",
        f"After {w.NUMBERS[at]} comes {w.NUMBERS[at + 1]}.",
        f"The {w.ORDINALS[at % 9]} comes before the {w.ORDINALS[at % 9 + 1]}.",
        f"{letters[at].upper()}, {letters[at + 1].upper()}, {letters[at + 2].upper()}, "
        f"{letters[at + 3].upper()}.",
        f"The days of the week are {', '.join(w.DAYS[:-1])} and {w.DAYS[-1]}.",
        f"The seasons are {', '.join(w.SEASONS[:-1])} and {w.SEASONS[-1]}.",
        f"First {rng.choice(w.MONTHS[:3])}, then {rng.choice(w.MONTHS[3:7])}, "
        f"and last of all {rng.choice(w.MONTHS[7:])}."], rng.randint(4, 6)))


def knowledge(rng):
    out = []
    for _ in range(rng.randint(5, 8)):
        parent, baby = rng.choice(YOUNG)
        beast, sound = rng.choice(SOUNDS)
        trade, work = rng.choice(WORKS)
        out.append(rng.choice([f"A young {parent} is called a {baby}.", f"The {beast} {sound}.",
                               f"A {trade} {work}.", f"The {baby} is looking for its mother.",
                               f"The {trade} {work} every day, even on {rng.choice(w.DAYS)}."]))
    return " ".join(dict.fromkeys(out)) + rng.choice(FACTS_END)


def chorus(rng):
    """The same names again and again, so that a text can be continued from itself."""
    names = rng.sample(w.GIRLS + w.BOYS + w.PETS_F + w.PETS_M, 3)
    things = rng.sample(w.TOYS + ["apple", "flower", "book", "hat"], 3)
    colours = rng.sample(w.COLOURS, 3)
    first = [f"{n} has a {c} {t}" for n, c, t in zip(names, colours, things)]
    order = rng.sample(range(3), 3)
    again = [f"{names[i]} with the {colours[i]} {things[i]}" for i in order]
    return (f"{first[0]}, {first[1]}, and {first[2]}. Here they come: {again[0]}, {again[1]}, and "
            f"{again[2]}. " + rng.choice([
                f"Whose is the {things[order[0]]}? It is {names[order[0]]}'s {things[order[0]]}.",
                f"Which {things[order[1]]} is {colours[order[1]]}? {names[order[1]]}'s is.",
                f"{names[order[2]]} looks at the {colours[order[2]]} {things[order[2]]} and smiles."]))


def quoting(rng):
    """Quotations inside quotations."""
    a, b, c = rng.sample(w.GIRLS + w.BOYS, 3)
    said = rng.choice(["Come home", "Wait for me", "I know the way", "It is only a game", "Good morning",
                       "The soup is ready", "Nobody is late", "Look at the moon"])
    tail = rng.choice([
        f'"That is not what I heard," said {c}. "I heard ‹{rng.choice(["No", "Yes", "Maybe", "Run"])}.›"',
        f"{a} nodded. \"Then we must go,\" {subj(a)} said.",
        f"{a} laughed, and {b} laughed with {obj(a)}.",
        f"{a} wrote it down in {her(a)} notebook."])
    return (f'"What did {c} say?" asked {a}. "{subj(c).capitalize()} said, ‹{said}!›" answered {b}. '
            f'"Why did {subj(c)} say that?" "I don\'t know. {subj(c).capitalize()} was '
            f'{rng.choice(["tired", "happy", "in a hurry", "at the door", "on the stairs"])}." {tail}')
