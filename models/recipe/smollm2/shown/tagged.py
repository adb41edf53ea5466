"""What is true of each place of a text, found by rules: part of speech, class of a word, script, place in line, word and
sentence, subject, kind of text. `concepts(text, kind, what)` gives {concept: [(start, end), …]} by character.

Parts of speech are those of Brill's tagger (Penn's tags), as the package textblob carries its lexicon and its rules.
"""

import re
import unicodedata
from functools import lru_cache

from textblob.en import lexicon

from stories.word_classes import CLASSES as STORY_CLASSES
from subjects import CLASSES, KEYWORDS, TOPICS

WORD = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*")
PIECE = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")
SENTENCE = re.compile(r"[^.!?\n]+[.!?]*[\"'”’)]*|\n+")
TAGS = {
    "NN": "noun", "NNS": "noun: plural", "NNP": "proper noun", "NNPS": "proper noun", "VB": "verb: base form",
    "VBD": "verb: past", "VBG": "verb: -ing form", "VBN": "verb: past participle", "VBP": "verb: present",
    "VBZ": "verb: present, third person", "JJ": "adjective", "JJR": "comparative", "JJS": "superlative", "RB": "adverb",
    "IN": "preposition or conjunction", "DT": "determiner", "CC": "coordinating conjunction", "PRP": "pronoun",
    "PRP$": "possessive pronoun", "MD": "modal verb", "TO": "to", "CD": "number", "WDT": "wh-word", "WP": "wh-word",
    "WRB": "wh-word", "EX": "there", "RP": "particle", "POS": "possessive ending"}
WIDER = {"verb": "verb", "noun": "noun", "proper": "noun"}
ENDINGS = ("ing", "ed", "ly", "tion", "sion", "ment", "ness", "ity", "able", "ible", "al", "ous", "ive", "ful", "less", "ism",
           "ist", "er", "est", "ation", "ized", "ology", "ian", "ship", "age", "ance", "ence", "ant", "ent", "ic", "ary")
BEGINNINGS = ("un", "re", "in", "dis", "pre", "over", "inter", "sub", "con", "pro", "mis", "non", "anti", "trans", "under")
MONTHS = "January February March April May June July August September October November December".split()
MARKS = {".": "full stop", ",": "comma", ";": "semicolon", ":": "colon", "?": "question mark", "!": "exclamation mark",
         "-": "hyphen or dash", "–": "hyphen or dash", "—": "hyphen or dash", "(": "opening bracket", "[": "opening bracket",
         "{": "opening bracket", ")": "closing bracket", "]": "closing bracket", "}": "closing bracket", '"': "quotation mark",
         "“": "quotation mark", "”": "quotation mark", "'": "apostrophe or single quote", "’": "apostrophe or single quote",
         "=": "equals sign", "/": "slash", "*": "asterisk", "#": "hash sign", "<": "angle bracket", ">": "angle bracket",
         "_": "underscore", "$": "dollar sign", "%": "percent sign", "|": "upright line", "\\": "backslash"}
PATTERNS = {
    "number: year": r"\b(?:1[0-9]|20)\d\d\b", "number: in digits": r"\d+(?:[.,]\d+)*", "number: with a decimal point": r"\d+\.\d+",
    "number: thousands": r"\b\d{1,3}(?:,\d{3})+\b", "number: ordinal": r"\b\d+(?:st|nd|rd|th)\b", "number: one digit": r"(?<!\d)\d(?!\d)",
    "number: two digits": r"(?<!\d)\d\d(?!\d)", "number: last digit": r"\d(?![\d.,]*\d)", "number: first digit": r"(?<![\d.,])\d",
    "number: second digit of a year": r"(?<=\b[12])\d(?=\d\d\b)", "number: third digit of a year": r"(?<=\b[12]\d)\d(?=\d\b)",
    "number: last digit of a year": r"(?<=\b[12]\d\d)\d\b", "number: in brackets": r"(?<=[(\[])\d+(?=[)\]])",
    "date": rf"\b(?:\d{{1,2}} )?(?:{'|'.join(MONTHS)})\b(?: \d{{1,2}}\b)?(?:,? \d{{4}})?", "month": rf"\b(?:{'|'.join(MONTHS)})\b",
    "day of a month": rf"(?<=\b(?:June|July) )\d{{1,2}}\b|\b\d{{1,2}}(?= (?:{'|'.join(MONTHS)}))", "money": r"[$£€]\s?\d[\d,.]*",
    "percentage": r"\d+(?:\.\d+)?\s?(?:%|percent|per cent)", "time of day": r"\b\d{1,2}:\d\d\b",
    "range of numbers": r"\b\d+\s?[–-]\s?\d+\b", "capital letters only": r"\b[A-Z]{2,}\b", "single letter": r"\b[A-Za-z]\b",
    "initial": r"\b[A-Z]\.", "inside quotation marks": r"[\"“][^\"”\n]{2,200}[\"”]", "inside round brackets": r"\([^()\n]{2,200}\)",
    "inside square brackets": r"\[[^\[\]\n]{1,200}\]", "inside curly brackets": r"\{[^{}]{1,300}\}", "hyphenated": r"\b\w+(?:-\w+)+\b",
    "web address": r"\b(?:https?://|www\.)\S+", "start of a line": r"(?m)^[ \t]*\S+", "end of a line": r"(?m)\S+$",
    "line break": r"\n+", "blank line": r"\n\s*\n", "indentation": r"(?m)^[ \t]{2,}", "several spaces": r"  +",
    "list item": r"(?m)^\s*(?:[-*•]|\d+[.)]) .*$", "list marker": r"(?m)^\s*(?:[-*•]|\d+[.)]) ", "heading": r"(?m)^#+ .*$",
    "short line": r"(?m)^[^\n]{1,30}$", "contraction": r"\b\w+['’](?:t|s|re|ve|ll|d|m)\b",
    "negated contraction": r"\b\w+n['’]t\b", "possessive": r"\b\w+['’]s\b", "word after a comma": r"(?<=, )[^\W_]+",
    "name in camelCase": r"\b[a-z]+(?:[A-Z][a-z0-9]+)+\b", "name_with_underscores": r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b",
    "CONSTANT": r"\b[A-Z]{2,}(?:_[A-Z0-9]+)+\b", "function call": r"\b\w+(?=\()", "arguments of a call": r"(?<=\w)\([^()\n]{1,120}\)",
    "attribute after a dot": r"(?<=\w\.)[a-z]\w+", "HTML tag": r"</?\w+[^>\n]*>", "abbreviation with a full stop": r"\b(?:[A-Z]\.){2,}|\b(?:St|Mr|Mrs|Dr|vs|etc|No|Jr)\.",
    "person’s name": r"\b[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+\b", "full stop at the end of a sentence": r"(?<=[a-z)\"])\.(?=\s|$)",
    "years of a life, in brackets": r"\((?:born|b\.|died)?[^()]*\b1[5-9]\d\d\b[^()]*\)"}
CODE_PATTERNS = {
    "code: comment": r"(?m)(?://|#(?!include|define|if|end)).*$|/\*[\s\S]*?\*/", "code: string": r"\"[^\"\n]*\"|'[^'\n]*'",
    "code: docstring": r"\"\"\"[\s\S]*?\"\"\"", "code: keyword": rf"\b(?:{'|'.join(KEYWORDS)})\b", "code: operator": r"[=!<>]=|=>|->|&&|\|\||[+*/%]|:=",
    "code: name that is set": r"\b\w+(?=\s*=[^=])", "code: value that is set": r"(?<= = )[^\n;]+", "code: import": r"(?m)^\s*(?:import|from|#include|const .*require).*$",
    "code: name of a function or class": r"(?<=def |ass )\w+|(?<=function )\w+", "code: parameters": r"(?<=def )\w+\([^)]*\)",
    "code: end of a statement": r"[;:](?=\s*\n)", "code: member of self or this": r"(?<=self\.)\w+|(?<=this\.)\w+", "code: condition": r"\bif\b[^\n]*",
    "code: key": r"\"[\w-]+\"(?=\s*:)|(?m:^\s*[\w-]+(?=\s*:))", "code: type": r"(?<=: )(?:string|number|boolean|int|void|any)\b"}
COMPILED, CODE_COMPILED = ({name: re.compile(p) for name, p in listed.items()} for listed in (PATTERNS, CODE_PATTERNS))
COMMON = {
    "French": "le la les des une est dans pour que qui il et du au avec sur".split(),
    "German": "der die das und ist nicht ein eine mit von den zu auf ich sie".split(),
    "Spanish": "el los las una que del por con para como su es en y".split(),
    "Italian": "il che di una per con sono della non gli nel e è".split(),
    "Portuguese": "o que uma para com não os do da em por mais como seu".split(),
    "Dutch": "het een van en dat niet zijn op met voor die te".split(),
    "Swedish or Danish": "och att det som på är inte för en til af den med ikke og".split(),
    "Finnish": "ja on ei että hän oli se ovat mutta kun niin jokaisella".split(), "Latin": "et in est ad non cum qui eius autem ut".split(),
    "English": "the of and to in is was that for with it he as on by".split()}
COMMON = {language: frozenset(words) for language, words in COMMON.items()}
KINDS = {"article": "encyclopedia article", "code": "program code", "story": "story", "review": "film review", "talk": "talk",
         "news": "news", "speech": "speech", "languages": "languages other than English", "textbook": "textbook",
         "facts": "facts about countries", "chat": "conversation with an assistant", "letter": "letter", "list": "list"}
LANGUAGES = {"py": "Python", "js": "JavaScript", "ts": "TypeScript", "c": "C", "css": "CSS", "json": "JSON", "md": "Markdown",
             "sh": "shell", "html": "HTML", "sql": "SQL"}
TOPIC_IN_A_SENTENCE, TOPIC_IN_A_TEXT, FIRST_TOKENS = 2, 6, 12


@lru_cache(maxsize=200_000)
def classes_of(word):
    low = word.lower()
    found = [f"class: {name}" for name, words in ALL_CLASSES if word in words or low in words]
    found += [f"word for {name}" for name, words in TOPICS.items() if word in words or low in words]
    if len(word) > 4 and word.isalpha():
        found += [f"ends in -{e}" for e in ENDINGS if low.endswith(e)] + [f"begins with {b}-" for b in BEGINNINGS if low.startswith(b)]
    if word[0].isupper():
        found.append("capitalised word")
    if len(word) >= 9:
        found.append("long word")
    return tuple(found)


ALL_CLASSES = [*CLASSES.items(), *((name, frozenset(words)) for name, words in STORY_CLASSES.items() if name not in CLASSES)]


@lru_cache(maxsize=20_000)
def script(letter):
    name = unicodedata.name(letter, "").split(" ")[0]
    return {"CJK": "Chinese characters", "HIRAGANA": "Japanese syllables", "KATAKANA": "Japanese syllables"}.get(name, name.capitalize())


def tags(words):
    """Penn's tags of a sentence's words."""
    from textblob._text import find_tags

    return [tag for _, tag in find_tags(words, lexicon=lexicon, morphology=lexicon.morphology, context=lexicon.context)]


def language_of(text):
    words = [w.lower() for w in WORD.findall(text)]
    hits = {language: sum(w in common for w in words) for language, common in COMMON.items()}
    best = max(hits, key=hits.get)
    return best if hits[best] >= max(3, 0.08 * len(words)) else None


def concepts(text, kind, what=None):
    found = {}
    add = lambda name, start, end: found.setdefault(name, []).append((start, end))
    whole = 0, len(text)
    add(f"kind of text: {KINDS.get(kind, kind)}", *whole)
    if kind == "code":
        add(f"code: in {LANGUAGES.get(what, what)}", *whole)
    language = None if kind == "code" else language_of(text)
    if language and language != "English":
        add(f"language: {language}", *whole)
    for at, letter in enumerate(text):
        if ord(letter) > 127 and letter.isalpha():
            add("letter with an accent" if script(letter) == "Latin" else f"script: {script(letter)}", at, at + 1)
        elif letter in MARKS:
            add(f"mark: {MARKS[letter]}", at, at + 1)
    for name, pattern in [*COMPILED.items(), *(CODE_COMPILED.items() if kind == "code" else ())]:
        for match in pattern.finditer(text):
            if match.end() > match.start():
                add(name, match.start(), match.end())
    hits = dict.fromkeys(TOPICS, 0)
    for sentence in SENTENCE.finditer(text):
        start = sentence.start()
        pieces = [(start + p.start(), start + p.end(), p.group()) for p in PIECE.finditer(sentence.group())]
        words = [p for p in pieces if p[2][0].isalnum()]
        if not words:
            continue
        add("first word of a sentence", *words[0][:2])
        add("last word of a sentence", *words[-1][:2])
        if sentence.group().rstrip("\"'”’) ").endswith("?"):
            add("in a question", sentence.start(), sentence.end())
        here = dict.fromkeys(TOPICS, 0)
        for a, b, word in words:
            for name in classes_of(word):
                add(name, a, b)
                if name.startswith("word for "):
                    here[name[9:]] += 1
            add(f"word: {word.lower()}", a, b)
        for topic, count in here.items():
            hits[topic] += count
            if count >= TOPIC_IN_A_SENTENCE:
                add(f"sentence about {topic}", sentence.start(), sentence.end())
        if kind != "code":
            for (a, b, _), tag in zip(pieces, tags([p for *_, p in pieces])):
                name = TAGS.get(tag)
                if name:
                    add(f"part of speech: {name}", a, b)
                    wide = WIDER.get(name.split(":")[0].split(" ")[0])
                    if wide and wide != name:
                        add(f"part of speech: {wide} of any form", a, b)
    for topic, count in hits.items():
        if count >= TOPIC_IN_A_TEXT and count == max(hits.values()):
            add(f"text about {topic}", *whole)
    return found
