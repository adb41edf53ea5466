"""A text cut into tokens and into sentences, quotation marks told apart as opening and closing."""
import re

ENDERS = ".!?…"
OPENERS = "“‹(«["
CLOSERS = "”›)»"
MARKS = {'"': "“”", "'": "‹›"}
_LETTERS = "A-Za-zÀ-ÿ"
_TOKEN = re.compile(
    rf"[{_LETTERS}]+(?:(?:-|'(?!s\b))[{_LETTERS}]+)*"  # o'clock and hide-and-seek are one word
    rf"|(?<=[{_LETTERS}])'s\b|\d+|\n|[^\w\s]")         # Tom's is two tokens: Tom, 's
_END = re.compile(rf"[{ENDERS}]+[\"'»)]*(?=\s)")


def _opens(text, at, before):
    """Whether a quotation mark at this place opens; `before` is the token that ends there."""
    return at == 0 or text[at - 1] in " \n\t([{" or before in ("“", "‹", "«")


def tokens(text):
    """[(token, start)]: words, 's, numbers, marks; `"` becomes “ or ”, a quoting ' becomes ‹ or ›."""
    out = []
    for match in _TOKEN.finditer(text):
        token, at = match.group(), match.start()
        if token in MARKS:
            before = out[-1][0] if out and out[-1][1] == at - 1 else ""
            token = MARKS[token][not _opens(text, at, before)]
        out.append((token, at))
    return out


def sentences(text):
    """(start, end) of the sentences: a line is never crossed, and a mark ends a sentence where the next
    word is a capital, a figure, or opens a quotation or a bracket. So `"Who is it?" asked Tom.` is one
    sentence, and a speech of two sentences is cut in two, the marks staying where they are."""
    out = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for match in _END.finditer(line.group()):
            end = line.start() + match.end()
            rest = text[end:line.end()].lstrip()
            if rest and (rest[0].isupper() or rest[0].isdigit() or rest[0] in "\"'(«["):
                out.append((start, end))
                start = end + len(text[end:line.end()]) - len(rest)
        if text[start:line.end()].strip():
            out.append((start, line.end()))
    return out
