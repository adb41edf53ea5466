"""What a template's slots may turn into, as alternatives: lists of (token or set of tokens, key).

The counterpart of `cast`: that module writes one character, thing or place; this one knows them all."""
from . import words as w
from .cast import PRONOUNS
from .sentences import tokens

SEX = {**dict.fromkeys(w.GIRLS + w.PETS_F + ["girl", "queen", "princess", "letter-carrier"], "f"),
       **dict.fromkeys(w.BOYS + w.PETS_M + ["boy", "king", "prince", "fisherman", "postman"], "m")}
PRONOUN_SEX = {form: sex for sex, forms in PRONOUNS.items() for form in forms.values()}
PEOPLE, PETS = frozenset(w.GIRLS + w.BOYS), frozenset(w.PETS_F + w.PETS_M)
ROYAL_NATURE = "old wise good proud lonely young brave curious".split()


def bind(token, key):
    """What reading this token under this key says of the story: pairs that must not contradict."""
    name, field = key
    if field == "unnamed":
        return [((name, "name"), "")]
    if field == "pronoun":
        return [((name, "sex"), PRONOUN_SEX[token.lower()])]
    said = [(key, token)]
    if field in ("name", "noun") and token in SEX:
        said.append(((name, "sex"), SEX[token]))
    return said


def chain(text, **sets):
    """One alternative, from words; a word in capitals stands for a set and its key."""
    return [sets[word] if word in sets else (word, None)
            for word, _ in tokens(text)] if sets else [(word, None) for word, _ in tokens(text)]


def any_of(words, key=None):
    """Alternatives for one of these words or phrases; only single words are kept under the key."""
    single = frozenset(word for word in words if len(tokens(word)) == 1)
    out = [[(single, key)]] if single else []
    return out + [chain(word) for word in words if word not in single]


class Listed:
    """A word of a list; with a name, the same throughout a sentence."""

    def __init__(self, words, name=None, field="word"):
        self.words, self.key = list(words), (name, field) if name else None

    def alternatives(self, part):
        words = [w.plural(word) for word in self.words] if part == "pl" else self.words
        return any_of(words, None if part == "pl" else self.key)


class Pronoun:
    """A pronoun that follows the sex of the character of this name."""

    def __init__(self, name, part):
        self.name, self.part = name, part

    def alternatives(self, _):
        return [[(forms[self.part], (self.name, "pronoun"))] for forms in PRONOUNS.values()]


class Being:
    """A character: nouns, natures and names it may have; `named`: never, sometimes or always.
    A child is called by its name alone."""

    def __init__(self, name, nouns, natures, names=(), named="never", child=False):
        self.name, self.child, self.named = name, child, named
        self.sets = {"NOUN": (frozenset(nouns), (name, "noun")), "MIND": (frozenset(natures), None),
                     "NAME": (frozenset(names), (name, "name")), "THE": ("the", (name, "unnamed")),
                     "A": ("a", (name, "unnamed"))}

    def alternatives(self, part):
        if part in ("s", "o", "p", "r"):
            return Pronoun(self.name, part).alternatives("")
        return [chain(text, **self.sets) for text in self._texts(part)]

    def _texts(self, part):
        named, unnamed = self.named != "never", self.named != "always"
        if part in ("", "own"):
            tail = "'s" if part else ""
            return ["NAME" + tail] * named + ["THE NOUN" + tail] * unnamed
        if part == "kin":
            return ["sister", "brother"]
        if part == "noun":
            return ["NOUN"]
        if part == "the":
            return ["the NOUN"]
        if part == "a0":
            return ["a MIND NOUN"]
        if part == "a":
            return [f"a MIND NOUN {how} NAME" for how in ("named", "called", "whose name was")
                    ] * named + ["A MIND NOUN"] * unnamed
        if part == "def":
            return ["NAME" if self.child else "NAME the NOUN"] * named + ["THE MIND NOUN"] * unnamed
        if part == "full" and self.child:
            return ["NAME", "MIND little NAME", "little NAME", "a NOUN named NAME"]
        if part == "full":
            return ["NAME the NOUN", "a NOUN called NAME"] * named + \
                ["THE MIND NOUN", "A MIND NOUN"] * unnamed
        raise KeyError(part)


class OneOf:
    """Any of several slots."""

    def __init__(self, *slots):
        self.slots = slots

    def alternatives(self, part):
        return [a for slot in self.slots for a in slot.alternatives(part)]


class Object:
    """A thing, with or without the adjective that goes with it."""

    LOOKS = frozenset(w.COLOURS + w.LOOKS + ["golden", "silver", "wooden", "copper", "glass", "white",
                                             "little",
                                             "small", "tiny", "big"])

    def __init__(self, name, nouns):
        self.sets = {"LOOK": (self.LOOKS, (name, "look")), "NOUN": (frozenset(nouns), (name, "noun"))}

    def alternatives(self, part):
        return [chain(text, **self.sets) for text in {
            "": ["LOOK NOUN"], "a": ["a LOOK NOUN"], "head": ["NOUN"], "the": ["the LOOK NOUN",
                                                                               "the NOUN"]}[part]]


class Spot:
    """A place, with the prepositions that go with it."""

    def __init__(self, name, nouns):
        self.name, self.places = name, [p for p in w.PLACES if p[0] in nouns]

    def alternatives(self, part):
        if part in ("", "the", "near"):
            nouns = {"NOUN": (frozenset(p[0] for p in self.places), (self.name, "noun"))}
            leads = {"": [""], "the": ["the "]}.get(part) or [
                f"{near} the " for near in ("near", "not far from", "close to", "beside")]
            return [chain(lead + "NOUN", **nouns) for lead in leads]
        column = 1 if part == "at" else 2
        groups = {}
        for place in self.places:
            groups.setdefault(place[column], set()).add(place[0])
        return [chain(f"{word} the NOUN", NOUN=(frozenset(nouns), (self.name, "noun")))
                for word, nouns in groups.items()]


def being(name, kind):
    """The characters that a role may have, by the kind of hero that the tale asks for."""
    def animal(pool, natures=w.NATURE):
        return Being(name, pool, natures, PETS, "sometimes")

    def person(pool, natures=w.NATURE):
        return Being(name, pool, natures, PEOPLE, "sometimes")

    child = Being(name, ["girl", "boy"], w.NATURE, PEOPLE, "always", True)
    royal = Being(name, ["queen", "princess", "king", "prince"], ROYAL_NATURE)
    if name == "k":
        return person(w.MAKERS) if kind == "maker" else OneOf(
            animal(w.ELDERS, w.ELDER_NATURE), person(w.TRADES, w.ELDER_NATURE))
    if name == "f":
        friends = {"animal": [animal(w.WALKERS)], "groundanimal": [animal(w.WALKERS)],
                   "any": [animal(w.WALKERS), child], "young": [animal(w.WALKERS), child]}
        return OneOf(*friends.get(kind, [child]))
    kinds = {"child": [child], "animal": [animal(w.WALKERS)], "adult": [person(w.TRADES)], "royal": [royal],
             "groundanimal": [animal(w.FOUR_FEET)], "maker": [person(w.MAKERS)],
             "post": [person(["postman", "letter-carrier"])]}
    kinds["any"] = kinds["child"] + kinds["animal"] + kinds["adult"] + kinds["royal"]
    kinds["young"] = kinds["child"] + kinds["animal"]
    return OneOf(*kinds[kind])


def scene_slots(kind):
    """The values of `scene.scene`, as slots."""
    return {
        **{name: being(name, kind) for name in "hkf"}, "w": Object("w", w.TREASURES),
        "p": Spot("p", w.WILD), "q": Spot("q", w.TOWNISH), "mt": Spot("mt", ["hill", "mountain"]),
        "x": Spot("x", w.WILD + w.TOWNISH + ["garden", "orchard", "farm"]),
        "t1": Listed(w.TRADES, "t1"), "t2": Listed(w.TRADES, "t2"), "today": Listed(w.DAYS, "today"),
        "tomorrow": Listed(w.DAYS, "tomorrow"), "child": Listed(["boy", "girl"], "child", "noun"),
        "child_p": Pronoun("child", "p"), "pet": Listed(w.PETS_M, "pet"), "season": Listed(w.SEASONS,
                                                                                           "season"),
        "dish": Listed(["soup", "stew", "porridge", "rice", "pudding"], "dish"),
        "tm": Listed(["morning", "afternoon", "evening"], "tm"), "foods2": Listed(w.FRUITS, "foods2"),
        "food2": Listed(w.BITES, "food2"), "animal2": Listed(w.ANIMALS, "animal2")}
