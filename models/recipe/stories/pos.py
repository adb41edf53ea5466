"""Parts of speech in a text: by the word alone, or by its neighbours where a word has two lives."""
from .pos_words import BY_NEIGHBOURS, CALENDAR, NAMES, POS
from .verbs import BE, FORMS

BEFORE_VERB = set("""to i you we they not will can cannot could must should would shall may might don't let
who please""".split())
BEFORE_NOUN = {"determiner", "adjective", "number", "preposition", "quantifier", "possessive"}
BEFORE_STATE = set("felt too very so quite get got been not".split())
AFTER_VERB = set("the a an my your his her its me us him them it".split())
# Adjectives that may be verbs too.
STATES = {"light", "dry", "empty", "warm", "cool", "calm", "clean", "open", "close", "tidy"}
NOUN_OR_VERB = {word for word in BY_NEIGHBOURS if word in FORMS} - STATES - {"left", "like", "round"}
NOUN_OR_VERB |= {"turn", "end", "rain", "drops", "crows", "sticks"}
DEFAULTS = dict.fromkeys("turn end rain drops sticks waves leaves water fish land answer".split(), "noun")
DEFAULTS.update(dict.fromkeys("look sleep help talk smile let paint walk".split(), "verb"))
AFTER_WHICH = set("that all one another".split())
AT_HOME = set("at of new her from like".split())
DETERMINED = set("a an the my your his its our their every each no this that any some one 's".split())


def _one(before, _kinds, after, following):
    if before in ("no", "the", "ripe", "best", "quiet", "smallest", "big", "small", "one", "lost", "this"):
        return "pronoun"
    if following in ("noun", "adjective") or after in CALENDAR or after in ("more", "half"):
        return "number"
    return None


def _that(before, _kinds, after, following):
    if after == "day" or (following == "noun" and before not in ("so", "said")):
        return "determiner"
    if before in (".", "“", "‹", "after", "and", "like", "at", "say", "hear", "everything", "with") \
            and (after in BE or after in (",", "?", "!", ".")):
        return "pronoun"
    return None


def _her(_before, _kinds, _after, following):
    if following in ("noun", "adjective", "number"):
        return "determiner"
    return "pronoun"


def _like(before, _kinds, _after, _following):
    if before in BEFORE_VERB:
        return "verb"
    return "preposition"


def _left(before, _kinds, after, following):
    if before in ("turned", "looked", "neither"):
        return "adverb"
    return "adjective" if following == "noun" else "verb" if before in ("was", "were", "anything") or \
        after == "the" else None


def _no(_before, _kinds, after, following):
    if after in (",", ".", "!", "”", "›") or not after:
        return "interjection"
    return "determiner" if following in ("noun", "adjective", "pronoun", "number") else None


def _round(before, kinds, after, following):
    if before in ("ran", "turn"):
        return "preposition" if after in DETERMINED else "adverb"
    return "adjective" if kinds == "determiner" or following == "noun" else None


def _well(before, _kinds, _after, _following):
    if before in ("the", "a"):
        return "noun"
    return "adjective" if before in BE else "adverb"


def _kind(_before, _kinds, after, _following):
    return "noun" if after == "of" else "adjective"


def _home(before, _kinds, _after, _following):
    return "noun" if before in DETERMINED or before in AT_HOME else "adverb"


def _back(before, _kinds, _after, _following):
    return "noun" if before in DETERMINED or before == "her" else "adverb"


def _still(before, _kinds, after, _following):
    return "adjective" if before == "and" and after in (".", ",") else "adverb"


def _until(_before, _kinds, after, following):
    if following in ("noun", "name") or after in ("noon", "late", "early", "one") or after in CALENDAR:
        return "preposition"
    return "conjunction"


def _before_after(before, _kinds, after, following):
    if after in (".", ",", ";", "!", "?") or not after:
        return "adverb"
    if following in ("name", "noun", "number") or after in CALENDAR or after in AFTER_WHICH:
        return "preposition"
    return None


def _so(_before, _kinds, _after, following):
    return "adverb" if following == "adjective" else None


def _early(before, kinds, after, _following):
    if before in BE or kinds == "determiner" or before == "too":
        return "adjective"
    return "adverb" if before == "up" or after in ("one", "in", "the", "to", "until") else None


def _first(_before, kinds, _after, following):
    if following in ("determiner", "pronoun", "name"):
        return "adverb" if kinds is None else None
    return "adjective"


def _while(before, _kinds, _after, _following):
    return "noun" if before == "a" else "conjunction"


def _may(_before, _kinds, _after, _following):
    return "modal"


def _state(before, kinds, _after, _following):
    """open, clean, warm and the like: adjective or verb."""
    if before in BEFORE_VERB and before not in ("not", "you"):
        return "verb"
    if before in BE or kinds in BEFORE_NOUN or before in BEFORE_STATE:
        return "adjective"
    return None


RULES = {"one": _one, "that": _that, "her": _her, "like": _like, "left": _left, "no": _no, "round": _round,
         "well": _well, "kind": _kind, "home": _home, "back": _back, "still": _still, "until": _until,
         "before": _before_after, "after": _before_after, "so": _so,
         "early": _early, "late": _early, "first": _first, "next": _first, "while": _while, "may": _may,
         **dict.fromkeys(STATES, _state)}


def _noun_or_verb(before, kinds, after, default):
    if before in BEFORE_VERB:
        return "verb"
    if kinds in BEFORE_NOUN or before in ("'s", "her", "whose"):
        return "noun"
    if kinds in ("name", "noun") or before == "whoever":
        return "verb" if default is None or after in AFTER_VERB else None
    return default


def parts_of_speech(tokens):
    """The part of speech of each token, or None: marks, and words that could be either."""
    lows = [token.lower() for token in tokens]
    first = [_plain(token, low, lows[i + 1] if i + 1 < len(lows) else "")
             for i, (token, low) in enumerate(zip(tokens, lows))]
    out = []
    for i, low in enumerate(lows):
        before, after = lows[i - 1] if i else "", lows[i + 1] if i + 1 < len(lows) else ""
        kinds, following = out[i - 1] if i else None, first[i + 1] if i + 1 < len(lows) else None
        if first[i] == "name":
            out.append("name")
        elif low in RULES:
            out.append(RULES[low](before, kinds, after, following))
        elif low in NOUN_OR_VERB:
            out.append(_noun_or_verb(before, kinds, after, DEFAULTS.get(low)))
        else:
            out.append(first[i])
    return out


def _plain(token, low, after):
    if token.isdigit():
        return "number"
    if token == "'s":
        return "possessive"
    if token == "Will" and after in ("you", "we", "he", "she", "it", "they", "i"):
        return "modal"
    if token == "May" and after in ("i", "we"):
        return "modal"
    if token in NAMES or token in CALENDAR:
        return "name"
    if low in NOUN_OR_VERB:
        return "noun"  # as a neighbour, most often
    return POS.get(low)
