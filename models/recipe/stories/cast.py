"""Characters, things and places, and the forms in which a text may name them."""
from . import words as w
from .grammar import mark

PRONOUNS = {
    "f": {"s": "she", "o": "her", "p": "her", "r": "herself"},
    "m": {"s": "he", "o": "him", "p": "his", "r": "himself"},
    "n": {"s": "it", "o": "it", "p": "its", "r": "itself"},
}


class Who:
    """A character. Forms: '' name or 'the fox'; a 'a little fox named Pip'; the 'the fox';
    s/o/p/r pronouns; own 'Pip's'; voc a form of address; noun; kin 'sister'."""

    def __init__(self, role, noun, adjective, gender, name=None, kind="person"):
        self.role, self.noun, self.adjective = role, noun, adjective
        self.gender, self.name, self.kind = gender, name, kind

    def form(self, part, rng):
        if part in ("s", "o", "p", "r"):
            return mark("role", self.role, PRONOUNS[self.gender][part])
        return mark("role", self.role, self._noun_phrase(part, rng))

    def _noun_phrase(self, part, rng):
        the = f"the {self.noun}"
        if part == "":
            return self.name or the
        if part == "own":
            return (self.name or the) + "'s"
        if part == "the":
            return the
        if part == "def":
            return f"{self.name} the {self.noun}" if self.name and self.noun not in (
                "girl", "boy") else self.name or f"the {self.adjective} {self.noun}"
        if part == "a0":
            return f"a {self.adjective} {self.noun}"
        if part == "kin":
            return "sister" if self.gender == "f" else "brother"
        if part == "noun":
            return self.noun
        if part == "full":
            return self._full(rng)
        if part == "voc":
            return self.name or rng.choice(["my friend", f"dear {self.noun}",
                                            f"{self.adjective} {self.noun}"])
        if part == "a":
            return f"a {self.adjective} {self.noun}" + self._named(rng)
        raise KeyError(part)

    def _full(self, rng):
        """The form for a first mention without ceremony."""
        if not self.name:
            return rng.choice(["the", "the", "a"]) + f" {self.adjective} {self.noun}"
        if self.noun in ("girl", "boy"):
            return rng.choice([self.name, self.name, f"{self.adjective} little {self.name}"
                               if self.adjective != "little" else f"little {self.name}",
                               f"a {self.noun} named {self.name}"])
        return rng.choice([f"{self.name} the {self.noun}", f"a {self.noun} called {self.name}"])

    def _named(self, rng):
        if not self.name:
            return ""
        return rng.choice([" named ", " called ", " whose name was "]) + self.name


class Thing:
    """Something wanted, lost or found. Forms: '' 'golden ring'; the; a; head."""

    def __init__(self, noun, adjective):
        self.noun, self.adjective = noun, adjective

    def form(self, part, rng):
        full = f"{self.adjective} {self.noun}" if self.adjective else self.noun
        text = {"": full, "a": f"a {full}", "head": self.noun,
                "the": "the " + rng.choice([full, self.noun])}[part]
        return mark("role", "wanted", text)


class Place:
    """Forms: '' forest; the; at 'in the forest'; to 'into the forest'; near."""

    def __init__(self, noun, at, to):
        self.noun, self.at, self.to = noun, at, to

    def form(self, part, rng):
        near = rng.choice(["near", "not far from", "close to", "beside"])
        return {"": self.noun, "the": f"the {self.noun}", "at": f"{self.at} the {self.noun}",
                "to": f"{self.to} the {self.noun}", "near": f"{near} the {self.noun}"}[part]


BY_NAME = {p[0]: p for p in w.PLACES}


def place(rng, names, other=()):
    taken = {p.noun for p in other}
    return Place(*BY_NAME[rng.choice([n for n in names if n not in taken])])


def child(rng, role, taken=(), gender=None):
    gender = gender or rng.choice("fm")
    pool = w.GIRLS if gender == "f" else w.BOYS
    name = rng.choice([n for n in pool if n not in taken])
    return Who(role, "girl" if gender == "f" else "boy", rng.choice(w.NATURE), gender, name)


def animal(rng, role, pool=w.WALKERS, natures=w.NATURE, taken=(), gender=None, named=0.4):
    gender = gender or rng.choice("ffffmmmmn")
    name = None
    noun = rng.choice([n for n in pool if n not in taken])
    if gender != "n" and rng.random() < named:
        name = rng.choice(w.PETS_F if gender == "f" else w.PETS_M)
        while name in taken:
            name = rng.choice(w.PETS_F if gender == "f" else w.PETS_M)
    return Who(role, noun, rng.choice(natures), gender, name, "animal")


def ground_animal(rng, role):
    return animal(rng, role, w.FOUR_FEET)


def letter_carrier(rng, role):
    who = trader(rng, role)
    who.noun = "postman" if who.gender == "m" else "letter-carrier"
    return who


def maker(rng, role, taken=(), gender=None):
    who = trader(rng, role, taken, gender)
    who.noun = rng.choice([m for m in w.MAKERS if m not in taken])
    return who


def trader(rng, role, taken=(), gender=None, natures=None, named=0.35):
    gender = gender or rng.choice("fm")
    pool = [t for t in w.TRADES if t not in taken and not (gender == "f" and t.endswith("man"))]
    name = None
    if rng.random() < named:
        name = rng.choice([n for n in (w.GIRLS if gender == "f" else w.BOYS) if n not in taken])
    return Who(role, rng.choice(pool), rng.choice(natures or w.NATURE), gender, name)


def royal(rng, role, gender=None):
    gender = gender or rng.choice("fm")
    noun = rng.choice(["queen", "princess"] if gender == "f" else ["king", "prince"])
    nature = ["old", "wise", "good", "proud", "lonely"] if noun in ("king", "queen") else \
        ["young", "brave", "proud", "lonely", "curious"]
    return Who(role, noun, rng.choice(nature), gender)


def other_gender(rng, who):
    """Mostly the other gender, so that pronouns tell two characters apart."""
    if who.gender == "n" or rng.random() < 0.15:
        return rng.choice("fm")
    return "m" if who.gender == "f" else "f"


def thing(rng, pool):
    noun = rng.choice(pool)
    style = rng.random()
    if noun == "pearl" or noun == "shell" or noun == "feather" or noun == "stone":
        adjective = rng.choice(["white", "blue", "shiny", "beautiful", "round", "little"])
    elif style < 0.35:
        adjective = rng.choice(w.COLOURS)
    elif style < 0.65 and noun not in ("hat", "coat", "scarf", "glove", "kite", "blanket",
                                       "umbrella", "book", "map", "letter", "rope", "candle",
                                       "ball", "shoe", "basket", "brush", "puzzle"):
        adjective = rng.choice(["golden", "silver", "wooden", "copper", "glass"])
    elif style < 0.9:
        adjective = rng.choice([x for x in w.LOOKS if x != "broken"])
    else:
        adjective = rng.choice(["little", "small", "tiny", "big"])
    return Thing(noun, adjective)
