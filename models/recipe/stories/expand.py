"""Templates into an automaton: literals, branches, rules and slots, read back to front."""
import re

from .automaton import Automaton
from .grammar import compiled
from .sentences import tokens
from .slots import Listed
from .spans import vowel_sound

_LETTERS = re.compile(r"^[a-z]+")
_KEPT = re.compile(r"\{(\w+)=(\w+)\}")


FRENCH_ARTICLES = ("un", "une")  # after which `a` is a verb


def plain(words):
    """The same words with `a` for `an`, or None where an article does not fit its word."""
    out = []
    for word, following in zip(words, [*words[1:], ""]):
        if word in ("a", "A", "an", "An"):
            if following[:1].isalpha() and following not in FRENCH_ARTICLES and \
                    vowel_sound(following) != (len(word) == 2):
                return None
            word = word[0]
        out.append(word)
    return out


class Expander:
    """Adds templates to an automaton: `slots` come before `rules`, rules before `lists`."""

    def __init__(self, automaton: Automaton, slots, rules, lists):
        self.automaton, self.rules = automaton, rules
        self.slots = {**{name: Listed(words) for name, words in lists.items() if name not in rules}, **slots}
        self._done = {}

    def add(self, source, mode):
        """A whole template; it may start a text or a line."""
        kept = {name: self.slots.get(of) or of for name, of in _KEPT.findall(source)}
        self.slots.update({name: slot for name, slot in kept.items() if not isinstance(slot, str)})
        self.rules = {**self.rules, **{name: self.rules[of] for name, of in kept.items() if isinstance(of,
                                                                                                       str)}}
        self.automaton.starts.add((self.sequence(compiled(source), self.automaton.end), mode))

    def sequence(self, nodes, then):
        """The state that reads these nodes and then goes on to `then`."""
        suffix = ""
        for i in range(len(nodes) - 1, -1, -1):
            node = nodes[i]
            if isinstance(node, str):
                follows = i > 0 and nodes[i - 1][0]
                if follows == "slot" and _LETTERS.match(node):  # the s of {day}s
                    suffix = _LETTERS.match(node).group()
                    node = node[len(suffix):]
                then = self._literal(node, then, follows)
            elif node[0] == "pick":
                then = self.automaton.union([self.sequence(branch, then) for branch in node[1]])
            else:
                then = self._slot(node, then, suffix)
                suffix = ""
        return then

    def _literal(self, text, then, follows):
        # A mark after a slot closes a quotation, as if a word stood before it.
        joined = follows and not text[:1].isalnum()
        words = [word for word, _ in (tokens("x" + text)[1:] if joined else tokens(text))]
        for word in reversed(words):
            then = self.automaton.before({"an": "a", "An": "A"}.get(word, word), None, then)
        return then

    def _slot(self, node, then, suffix):
        _, _keep, name, part, upper = node
        memo = (name, part, upper, suffix, then)
        if memo not in self._done:
            if name in self.slots:
                at = self._alternatives(self.slots[name].alternatives(part), then, suffix)
            else:
                at = self.sequence(compiled(self.rules[name]), then)
            self._done[memo] = self.automaton.capital(at) if upper else at
        return self._done[memo]

    def _alternatives(self, alternatives, then, suffix):
        states = []
        for steps in alternatives:
            at = then
            for i, (symbol, key) in enumerate(reversed(steps)):
                if suffix and i == 0:
                    symbol, key = (symbol + suffix if isinstance(symbol, str)
                                   else frozenset(word + suffix for word in symbol)), None
                at = self.automaton.before(symbol, key, at)
            states.append(at)
        return self.automaton.union(states)
