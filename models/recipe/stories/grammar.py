"""A small template language.

`[a|b|c]` picks one branch, `{name}` asks the scene for a value, `{name.part}` for one of its
forms, `{x=name}` picks a value and keeps it as x. A capital first letter (`{H.s}`) capitalises
what comes out. The characters \\x01 tag \\x02 text \\x03 mark spans until `spans.finish`.
"""
import re
from functools import lru_cache

OPEN, MID, CLOSE, KEEP = "\x01", "\x02", "\x03", "\x04"
_LEAD = re.compile(r"^((?:\x01[^\x02]*\x02)*)([a-z])")


def mark(tag, value, text):
    """Text carrying a span of truth."""
    return f"{OPEN}{tag}:{value}{MID}{text}{CLOSE}"


def capital(text):
    return _LEAD.sub(lambda m: m.group(1) + m.group(2).upper(), text)


@lru_cache(maxsize=None)
def compiled(source):
    nodes, at = _sequence(source, 0, "")
    if at != len(source):
        raise ValueError(f"unbalanced template: {source[max(0, at - 30):at + 30]!r}")
    return nodes


def _sequence(source, at, stop):
    nodes, literal = [], []
    while at < len(source) and source[at] not in stop:
        char = source[at]
        if char in "]}" or (char == "|" and not stop):
            raise ValueError(f"stray {char!r}: {source[max(0, at - 40):at + 20]!r}")
        if char not in "[{":
            literal.append(char)
            at += 1
            continue
        if literal:
            nodes.append("".join(literal))
            literal = []
        if char == "{":
            end = source.index("}", at)
            nodes.append(_slot(source[at + 1:end]))
            at = end + 1
            continue
        branches = []
        at += 1
        while True:
            branch, at = _sequence(source, at, "|]")
            branches.append(branch)
            if at >= len(source):
                raise ValueError(f"open bracket: {source[-40:]!r}")
            at += 1
            if source[at - 1] == "]":
                break
        nodes.append(("pick", branches))
    if literal:
        nodes.append("".join(literal))
    return nodes, at


def _slot(inside):
    keep, _, name = inside.rpartition("=")
    name, _, part = name.partition(".")
    upper = name[0].isupper()
    return ("slot", keep, name[0].lower() + name[1:], part, upper)


class Scene:
    """What the templates may ask for: values of this story, shared rules, word lists."""

    def __init__(self, rng, rules, lists):
        self.rng, self.rules, self.lists = rng, rules, lists
        self.values, self.used = {}, {}

    def fresh(self, key, options):
        """A choice that does not repeat itself while others are left."""
        used = self.used.setdefault(key, set())
        if len(used) >= len(options):
            used.clear()
        left = [i for i in range(len(options)) if i not in used]
        index = self.rng.choice(left)
        used.add(index)
        return options[index]

    def write(self, source):
        return self._render(compiled(source))

    def _render(self, nodes):
        out = []
        for node in nodes:
            if isinstance(node, str):
                out.append(node)
            elif node[0] == "pick":
                out.append(self._render(self.fresh(id(node), node[1])))
            else:
                out.append(self._value(*node[1:]))
        return "".join(out)

    def _value(self, keep, name, part, upper):
        if name in self.values:
            value = self.values[name]
        elif name in self.rules:
            value = self.write(self.rules[name])
        elif name in self.lists:
            value = self.fresh(name, self.lists[name])
        else:
            raise KeyError(f"no slot {name}")
        if keep:
            self.values[keep] = value
        if not isinstance(value, str):
            value = value.form(part, self.rng)
        elif part == "pl":
            from .words import plural
            value = plural(value)
        elif part:
            raise KeyError(f"{name} has no form {part}")
        return capital(value) if upper else value
