"""What the short pieces of `pieces`, `dates` and the asides can say, as templates; see `patterns_drills`.
Lines of code are in `exact`."""
from . import words as w
from .automaton import LINE, PROSE
from .dates import HAPPENED, LOGGED
from .patterns_drills import PERSONS
from .phrases import LISTS, RULES, SEASON
from .pieces import ADJ_F, ADJ_M, ENTRY, FACTS, LETTER, NOUN_F, NOUN_M, RHYMES
from .slots import Being, Listed

SOME_LISTS = {**LISTS, "wadj": sorted({x for s in SEASON.values() for x in s["wadj"]}), "month": w.MONTHS}
SOME_RULES = {**RULES, "sky": "[" + "|".join(s["sky"] for s in SEASON.values()) + "]"}
FIGURES = [str(n) for n in range(100)]
YEARS = [str(n) for n in range(1100, 2101)]


def _lines(source):
    return " ".join(source.split()).replace(" ¶ ", "\n").replace("¶", "\n")


_LETTER_SLOTS = {
    **PERSONS, "x": Listed(w.LOSABLE), "x2": Listed(w.LOSABLE), "x3": Listed(w.LOSABLE),
    "animal": Listed("cat dog rabbit pony parrot goat".split()),
    "animal2": Listed("cat dog rabbit pony parrot goat".split()), "season": Listed(w.SEASONS, "season"),
    "relative": Listed(["aunt", "uncle", "cousin", "grandmother", "grandfather"]),
    "tm": Listed(["morning", "afternoon", "evening"])}
LETTERS = [_lines(LETTER)]
DIARY = ["{day}, {figure} {month}.", _lines(ENTRY)]

SHOPPING = ["Shopping list:", "{a}'s list:", "To buy at the market:", "What we need for the party:",
            "For the soup and the cake:", "- {treat}", "- {mass}", "{a} forgot the {item}.", "That is all.",
            "{a} bought everything and carried it home."]
_SHOPPING_LISTS = {"treat": [f"{n} {f}" for n in range(2, 10) for f in w.TREATS], "mass": w.FOOD_MASS,
                   "item": w.TREATS + w.FOOD_MASS}
PACKING = ["{a} packed {a.p} bag for the journey.",
           "Into the bag went [|{it}, ][|{it}, ]{it}, {it} and {it}.".replace("{it}", "a {colour} {x}"),
           "At the {meeting} [he|she] opened the bag and took out the {colour} {x}.",
           "On the way {who.s} lost the {colour} {x}, but a kind {trade} found it and gave it back to "
           "{who.o}.",
           "What a journey!", "The bag was heavy.", "Now the journey could begin."]
_WHO = {"who": Being("who", [], [], [], "always", True)}

ASKED = [*(t for q, r in FACTS for t in (f'"{q}" asked the teacher.', f'"{r[:-1]}," said {{a}}.')),
         "{a} has a {colour} {x}.",
         "On {day} {a.s} went to the {meeting} with {b} and bought some {food}.",
         *(f"[|{lead}: ]{line}" for lead, line in [
             ("Question", "What colour is {a}'s {x}?"), ("Answer", "It is {colour}."),
             ("Question", "Where did {a} go?"), ("Answer", "[He|She] went to the {meeting}."),
             ("Question", "Who went with {a}?"), ("Answer", "{b} went with [him|her]."),
             ("Question", "What did {a} buy?"), ("Answer", "[He|She] bought some {food}."),
             ("Question", "When did {a} go to the {meeting}?"), ("Answer", "On {day}.")]),
         "It was {season}."]
_ASKED_LISTS = {"colour": w.COLOURS, "x": w.LOSABLE, "day": w.DAYS, "meeting": w.MEETING, "food": w.FOOD_PL,
                "season": w.SEASONS, "trade": w.TRADES}


def _rhymes():
    rows = RHYMES[:-1]
    pairs = "|".join(f"{four} and {five}" for four, five, _ in rows)
    out = ["And every night by candlelight", "I saw them both today.", "I said hello, I said goodbye,",
           "And then they went away.", "Sing it loud and clear,", f"Sing it for the [{pairs}],",
           "Sing it all the year.", "Rain, rain, on the tree,", "Rain upon the sea,",
           "Rain upon my yellow hat,",
           "But do not rain on [me|tea|me and thee].", "And when they meet at half past three,",
           "They drink a cup of {colour} tea."]
    for one, two, three in rows:
        out += [f"There was a {{size}} {one},", f"It lived beside a {two},", f"It sang about a {three}.",
                f"One, two, a {{colour}} {one},", f"Three, four, a {two},", f"Five, six, a {{size}} {one},",
                f"Seven, eight, a {two}.", f"I saw a {one}, I saw a {two},",
                f"Sing a song of {one} and {two},",
                f"The {one} is up, the {two} is down,", f"The {{colour}} {one} is in the town,"]
    return out


_LE = ["l'oiseau", *("le " + noun for noun in NOUN_M if noun != "oiseau")]
_DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
FRENCH = [
    "{Le} est {adj_m}.", "La {noun_f} est {adj_f}.",
    "{name} a [un petit chat|un grand chien|un oiseau|une petite souris|un cheval].",
    "{name} et {name} sont [dans le jardin|près de la mer|dans la forêt|à la maison|en ville].",
    "{name} mange [une pomme|du pain|une orange|du fromage|un gâteau].", "Bonjour, {name} !",
    "Comment ça va ?",
    "Merci beaucoup.", "Il fait beau.", "Il pleut.", "Il y a des fleurs.", "Aujourd'hui, c'est {lundi}.",
    "La fleur est [rouge|jaune|rouge et jaune].", "{name} aime {name}.", "Où est le chat ?",
    "Le chat dort sur la chaise.", "« Bonjour », dit {name}.", "J'aime les pommes.", "Nous allons à l'école.",
    "Un, deux, trois, quatre, cinq.", "Il était une fois un roi qui avait une fille."]
FRENCH = [*("[|She says: |In French we say: ]" + line for line in FRENCH), "{girl} is learning French."]
_FRENCH_LISTS = {"name": ["Marie", "Pierre", "Anne", "Paul", "Claire", "Louis"], "girl": w.GIRLS, "le": _LE,
                 "adj_m": ADJ_M, "adj_f": ADJ_F, "noun_f": NOUN_F, "lundi": _DAYS}

ASIDES = ["{a} (who is {b}'s neighbour) has a {colour} {toy}.",
          "{a} (the {trade}'s [daughter|son]) came on {day} (as always).",
          "The {farm} (its name is {c}) ate the {food} (and the basket).",
          "On {day} (it rained) {a} and {b} stayed at home (with {c} and the {farm}).",
          "{a} gave {b} a {toy} (a {colour} one (the best of all)).",
          "The {trade} (a {nature} man) sold {food} (the big ones (not the small ones)).",
          "{a} lost {a.p} {toy} (the {colour} one) and found it again (under the bed).",
          "There were three of them: {a} (the oldest), {b} (the quiet one) and {c} (the youngest)."]
_ASIDES_LISTS = {**_ASKED_LISTS, "toy": w.TOYS, "farm": w.FARM, "nature": w.NATURE}

_DATED_LISTS = {
    "place": ["school", "library", "mill", "market", "station", "church", "museum", "bakery"],
    "town": ["town", "village"], "wild": ["forest", "lake", "river", "valley"], "colour": w.COLOURS,
    "trade": w.TRADES, "name": w.GIRLS + w.BOYS,
    "animal": ["otters", "storks", "wolves", "beavers", "swans", "deer"],
    "few": w.NUMBERS[2:10], "spring": w.MONTHS[:5], "late": w.MONTHS[6:10], "year": YEARS,
    "thing": ["bell", "clock", "lantern", "flag", "book", "rope", "ladder"], "month": w.MONTHS,
    "figure": FIGURES,
    "side": ["north", "south", "east", "west"], "hour": w.NUMBERS[5:9], "sea": w.SEA_ANIMALS,
    "baked": ["bread", "biscuits", "a pie", "a cake", "pancakes"], "nn": [f"{n:02}" for n in range(1, 32)],
    "food": ["bread", "cheese", "milk", "honey", "fruit"]}
_SAID = "[" + "|".join(t.replace("{few}", "{Few}") if t.startswith("{few}") else t for t in LOGGED) + "]"
DATED = ["{figure} {month} {year}.", *(f"[|{{year}}: |In the year {{year}}: ]{t}" for t in HAPPENED),
         f"[|{{year}}-{{nn}}-{{nn}} ]{_SAID}"]

GROUPS = [
    (_LETTER_SLOTS, SOME_LISTS, LETTERS, PROSE),
    ({**PERSONS, "x": Listed(w.THINGS), "figure": Listed(FIGURES), "season": Listed(w.SEASONS)}, SOME_LISTS,
     DIARY, PROSE),
    (PERSONS, _SHOPPING_LISTS, SHOPPING, LINE),
    ({**PERSONS, **_WHO}, _ASKED_LISTS, PACKING, PROSE),
    (PERSONS, _ASKED_LISTS, ASKED, PROSE),
    ({}, {"colour": w.COLOURS, "size": ["little", "funny", "merry", "sleepy"]}, _rhymes(), LINE),
    ({}, _FRENCH_LISTS, FRENCH, PROSE),
    (PERSONS, _ASIDES_LISTS, ASIDES, PROSE),
    ({}, _DATED_LISTS, DATED, PROSE),
]
