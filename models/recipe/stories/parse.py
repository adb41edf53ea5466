"""Whether a sentence could have come from the generator: its templates, turned into an automaton.

The tales are read by their own templates; drills that are written by Python have templates beside them
(`patterns_*`), and figures that must be right are checked by `exact`. Within a sentence a character, thing
or place keeps its name, kind and sex; lists that draw twice are not held to draw different words, two names
of one sentence may be the same, and nothing is compared between sentences.
"""
from functools import lru_cache

from . import exact, patterns_drills, patterns_facts, patterns_pieces
from .automaton import PROSE, Automaton
from .collection import TALES
from .expand import Expander, plain
from .meanwhile import without
from .patterns_pieces import SOME_LISTS, SOME_RULES
from .scene import ALL_RULES
from .sentences import sentences, tokens
from .slots import bind, scene_slots


@lru_cache(maxsize=None)
def automaton():
    """Everything the generator can say in words; made at the first call (about a third of a second)."""
    made, tellers = Automaton(bind), {}
    for _name, kind, _topic, _season, body in TALES:
        if kind not in tellers:
            rules = {**ALL_RULES, "sky": SOME_RULES["sky"]}
            tellers[kind] = Expander(made, scene_slots(kind), rules, SOME_LISTS)
        tellers[kind].add(body, PROSE)
    for module in (patterns_drills, patterns_facts, patterns_pieces):
        for slots, lists, templates, mode in module.GROUPS:
            rules = SOME_RULES if lists is SOME_LISTS else {}
            teller = Expander(made, slots, rules, lists)
            for template in templates:
                teller.add(template, mode)
    return made.ready()


def parses(sentence: str) -> bool:
    """Whether the generator could have written this sentence (or this line of a list, rhyme or code)."""
    sentence = sentence.strip()
    words = plain([word for word, _ in tokens(sentence)])
    if bool(words) and automaton().accepts(words) or exact.years(sentence) or exact.code(sentence):
        return True
    told = words and without(sentence)
    return bool(told) and parses(told)


def parsed_share(text: str):
    """(sentences that parse, sentences) of a text."""
    cut = [text[start:end] for start, end in sentences(text)]
    return sum(map(parses, cut)), len(cut)
