"""A story read closely: its tokens with places, parts of speech, sentences, lines and language."""
import re

from .pos import parts_of_speech
from .sentences import sentences, tokens

CODE = ("drill:code", "drill:docstring", "drill:nested")
_ENGLISH_LEAD = re.compile(r"[A-Z][a-z]+ is learning French\. She says: |In French we say: ")


class Reading:
    """What the modules of truth look at. Tokens are parallel lists: `words` (quotation marks as “ ” ‹ ›),
    `lows`, `starts`, `ends`, `pos`; `english[i]` tells whether the words of English have their meaning."""

    def __init__(self, story):
        self.story, self.text = story, story.text
        found = tokens(story.text)
        self.words = [word for word, _ in found]
        self.lows = [word.lower() for word in self.words]
        self.starts = [start for _, start in found]
        self.ends = [start + len(word) for word, start in found]
        self.sentences = sentences(story.text)
        self.first = {start for start, _ in self.sentences}
        self.foreign = self._foreign()
        self.english = [not any(a <= start < b for a, b in self.foreign) for start in self.starts]
        tagged = parts_of_speech(self.words)
        self.pos = [kind if here else None for kind, here in zip(tagged, self.english)]

    def _foreign(self):
        """The stretches that are code or French."""
        if self.story.kind in CODE:
            return [(0, len(self.text))]
        if self.story.kind != "drill:french":
            return []
        out = []
        for part in re.finditer(r"(?:(?!\n\n).)+", self.text, re.S):
            lead = _ENGLISH_LEAD.match(self.text, part.start())
            out.append((lead.end() if lead else part.start(), part.end()))
        return out

    def span(self, i, j=None):
        """The place of a token, or from one token to another."""
        return self.starts[i], self.ends[i if j is None else j]

    def low(self, i):
        """The word at i in small letters, or '' beyond either end."""
        return self.lows[i] if 0 <= i < len(self.lows) else ""

    def kind(self, i):
        return self.pos[i] if 0 <= i < len(self.pos) else None
