"""The forms of every verb that a text may hold: which form of which verb a word can be."""
from . import words as w

MORE_IRREGULAR = """tear tore torn|lend lent lent|light lit lit|slide slid slid|hit hit hit|set set set|
hurt hurt hurt|strike struck struck|stick stuck stuck|mean meant meant|forgive forgave forgiven|
fight fought fought|do did done|burn burnt burnt|grind ground ground"""
MORE_REGULAR = """bake taste clap cheer fail step smell last snow belong sneeze suffer dream kiss frighten
faint steer sharpen water spell hand race fade scratch drop crack argue drift hum miss giggle bleat spill
iron knit hunt bow divide end brush dress wail skip fish agree pretend roar deserve fetch dare worry
depend roll bark purr croak crow quack hoot neigh polish weed steady cheer ring lick""".split()
DOUBLED = {"step": "stepp", "clap": "clapp", "drop": "dropp", "skip": "skipp", "hum": "humm",
           "hit": "hitt", "set": "sett", "knit": "knitt"}
BE = {"am": "present", "is": "present", "are": "present", "was": "past", "were": "past"}
HAVE, DO = ("have", "has", "had"), ("do", "does", "did")


def _regular(base):
    """(past, participle, ing, third) of a regular verb."""
    if base in DOUBLED:
        stem = DOUBLED[base]
        return stem + "ed", stem + "ed", stem + "ing", w.third(base)
    return w.past(base), w.past(base), w.ing(base), w.third(base)


def _forms():
    forms = {}

    def note(word, base, form):
        forms.setdefault(word, set()).add((base, form))

    irregular = {**w.IRREGULAR}
    for triple in MORE_IRREGULAR.replace("\n", "").split("|"):
        base, past, participle = triple.split()
        irregular[base] = (past, participle)
    for base in {*irregular, *w.REGULAR, *MORE_REGULAR}:
        past, participle, going, third = _regular(base)
        if base in irregular:
            past, participle = irregular[base]
        for word, form in ((base, "base"), (past, "past"), (participle, "participle"), (going, "ing"),
                           (third, "third")):
            note(word, base, form)
    return forms


FORMS = _forms()
_MEANINGS = """
of speech: say ask answer reply whisper tell call shout cry
of motion: go come run walk climb fly swim ride hurry wander march rush sail row travel creep trot jump skip
    drive follow cross return
of the senses: see hear look watch listen feel smell notice taste
of giving: give hand pass show bring offer lend send sell buy share
of the mind: know think forget remember want like love hope wonder believe understand learn dream
of making: make build bake cook mend paint draw sew write knit plant dig
of eating and drinking: eat drink taste feed
"""
MEANINGS = {}
for _line in _MEANINGS.replace("\n    ", " ").strip().split("\n"):
    _name, _, _listed = _line.partition(": ")
    _bases = set(_listed.split())
    MEANINGS[_name] = {word for word, said in FORMS.items() if {base for base, _ in said} & _bases}
SPEECH = MEANINGS["of speech"]
