"""The names of concepts as short phrases, all in one form."""

from labels import quoted

#: By what stands before the colon; what is not here is said as it is.
FORMS = {
    "word": "the word {quoted}", "phrase": "the phrase {quoted}", "mark": "{}", "class": "{} word", "entity": "{}",
    "colour": "the colour {}", "season": "{}", "text": "in the text of {article}", "topic": "in a text about {}",
    "language": "{} text", "part of speech": "{}", "place": "{}", "name": "name {}", "verb": "verb {}",
    "be": "{} of be", "pronoun": "pronoun {}", "quoted": "inside {} quotes", "said": "{}", "role": "what is {}",
    "sentence": "in a {}", "subject of the next verb": "{} subject of the next verb",
    "subject over a distance": "{} subject far from its verb", "number": "number {}", "noun": "{} noun",
    "noun between subject and verb": "noun between subject and verb, {}"}
SAID = {"number: a year": "a year", "text: code": "in a program", "text: sums": "in sums", "text: years": "in a list of years",
        "verb: have": "forms of have", "verb: do": "forms of do", "name: again": "name said again", "name: pet": "name of a pet",
        "name: girl": "name of a girl", "name: boy": "name of a boy", "name: for the first time": "name said for the first time",
        "language: code": "program text", "verb: simple past": "verb in the simple past", "verb: -ing form": "verb in -ing",
        "verb: infinitive after to": "infinitive after to", "pronoun: as object": "pronoun as object",
        "pronoun: as subject": "pronoun as subject", "noun: plural": "plural noun"}


def article(word):
    return word if word.endswith("s") else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def concept(name):
    tag, _, value = name.partition(": ")
    if name in SAID or not value or tag not in FORMS:
        return SAID.get(name, name.replace(": ", ", "))
    return FORMS[tag].format(value.replace(": ", ", "), quoted=quoted(value), article=article(value))


def phrase(name):
    """`labels`' name of a concept, a token, or what comes next or before, as people would say it."""
    if name.startswith("next: "):
        return f"before {phrase(name.removeprefix('next: '))}"
    return name if "“" in name else concept(name)
