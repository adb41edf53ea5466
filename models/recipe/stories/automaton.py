"""A word automaton grown from templates, back to front, so that equal ends are one state.

Each edge reads one token: a fixed one, or any of a set. An edge may keep what it read under a key; a
key holds one value throughout a sentence (`bind`), so a hero named Tom in its first half is Tom in the
second. A sentence may start wherever another has ended, and ends at `.`, `!`, `?` or the line's end.
"""
from .sentences import CLOSERS, ENDERS, OPENERS

PROSE, STRICT, LINE = "prose", "strict", "line"


def upper(token):
    return token[0].upper() + token[1:]


def _begins(token):
    """Whether a sentence may begin so after a full stop."""
    return token[0].isupper() or token[0].isdigit() or token[0] in OPENERS


class Automaton:
    def __init__(self, bind):
        self.bind = bind          # (token, key) -> pairs that must agree within a sentence
        self.ids, self.states = {}, []
        self.starts = set()       # (state, mode)
        self.end = self.state((), True)
        self._capitals = {}

    def state(self, edges, accept=False):
        """The state with these edges (symbol, key, target)."""
        made = (frozenset(edges), accept)
        if made not in self.ids:
            self.ids[made] = len(self.states)
            self.states.append(made)
        return self.ids[made]

    def union(self, ids):
        ids = set(ids)
        if len(ids) == 1:
            return ids.pop()
        edges = frozenset().union(*(self.states[i][0] for i in ids))
        return self.state(edges, any(self.states[i][1] for i in ids))

    def before(self, symbol, key, then):
        """The state that reads this symbol and goes on to `then`."""
        if symbol == "\n":
            self.starts.add((then, LINE))
            return self.end
        if isinstance(symbol, str) and symbol in ENDERS:
            then = self._after_end(then, symbol)
        return self.state([(symbol, key, then)])

    def _after_end(self, then, ender):
        """What may follow a sentence's mark: its end, or closing marks. Another sentence starts here."""
        self.starts.add((then, PROSE))
        edges, _ = self.states[then]
        return self.state([(s, k, self._after_closer(t, ender)) for s, k, t in edges
                           if isinstance(s, str) and s in CLOSERS], True)

    def _after_closer(self, then, ender):
        self.starts.add((then, PROSE if ender == "." else STRICT))
        kept = []
        for symbol, key, target in self.states[then][0]:
            if isinstance(symbol, str) and symbol in CLOSERS:
                kept.append((symbol, key, self._after_closer(target, ender)))
            elif not any(map(_begins, [symbol] if isinstance(symbol, str) else symbol)):
                kept.append((symbol, key, target))
        return self.state(kept, True)

    def capital(self, at):
        """The same state, its first word with a capital letter."""
        if at not in self._capitals:
            edges, accept = self.states[at]
            self._capitals[at] = self.state([
                (upper(s) if isinstance(s, str) else frozenset(map(upper, s)), k,
                 self.capital(t) if isinstance(s, str) and s in OPENERS else t)
                for s, k, t in edges], accept)
        return self._capitals[at]

    def ready(self):
        """Builds the look-up tables: per state token -> [(key, target)] and the sets."""
        first = {}
        for at, mode in self.starts:
            if mode == PROSE:
                at = self.capital(at)
            for symbol, key, target in self.states[at][0]:
                for token in [symbol] if isinstance(symbol, str) else symbol:
                    if mode == LINE or _begins(token):
                        first.setdefault(token, set()).add((key, target))
        self.first = {token: tuple(found) for token, found in first.items()}
        self.tables = [None] * len(self.states)
        return self

    def _table(self, at):
        if self.tables[at] is None:
            exact, sets = {}, []
            for symbol, key, target in self.states[at][0]:
                if isinstance(symbol, str):
                    exact.setdefault(symbol, []).append((key, target))
                else:
                    sets.append((symbol, key, target))
            self.tables[at] = (exact, sets)
        return self.tables[at]

    def _bound(self, env, token, key):
        """env with what this token says of the key, or None where it contradicts."""
        for name, value in self.bind(token, key):
            for known, other in env:
                if known == name:
                    if other != value:
                        return None
                    break
            else:
                env += ((name, value),)
        return env

    def accepts(self, tokens):
        alive = {(target, self._bound((), tokens[0], key) if key else ())
                 for key, target in self.first.get(tokens[0], ())}
        for token in tokens[1:]:
            following = set()
            for at, env in alive:
                exact, sets = self._table(at)
                for key, target in exact.get(token, ()):
                    bound = self._bound(env, token, key) if key else env
                    if bound is not None:
                        following.add((target, bound))
                for symbol, key, target in sets:
                    if token in symbol:
                        bound = self._bound(env, token, key) if key else env
                        if bound is not None:
                            following.add((target, bound))
            if not following:
                return False
            alive = following
        return any(self.states[at][1] for at, _ in alive)
