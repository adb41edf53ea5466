"""`python3 -m stories --sample N --seed S` prints texts; `--stats N` counts words, `--concepts N` counts the
truth, `--parse N` measures the parser, `--probes N` prints probes."""
import argparse
import re
import time
from collections import Counter

from . import generate
from .parse import automaton, parsed_share
from .probes import FAMILIES, probes
from .truth import concepts


def main():
    parser = argparse.ArgumentParser(prog="stories", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="print N stories")
    parser.add_argument("--stats", type=int, metavar="N", help="count words over N stories")
    parser.add_argument("--concepts", type=int, metavar="N", help="count concepts over N stories")
    parser.add_argument("--parse", type=int, metavar="N", help="parse N stories")
    parser.add_argument("--probes", type=int, metavar="N", help="print N probes of each family")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", default="", help="only kinds that begin so")
    options = parser.parse_args()
    if options.sample:
        sample(options.sample, options.seed, options.kind)
    if options.stats:
        stats(options.stats, options.seed)
    if options.concepts:
        count_concepts(options.concepts, options.seed)
    if options.parse:
        parse(options.parse, options.seed)
    for family in FAMILIES if options.probes else ():
        for probe in probes(family, options.probes, options.seed):
            print(f"{family}: {probe.prefix!r}\n    {' '.join(probe.right)} — not {' '.join(probe.wrong)}")


def sample(count, seed, kind):
    shown, last = 0, seed + 5000 * count
    while shown < count and seed < last:
        story = generate(seed)
        if story.kind.startswith(kind):
            print(f"--- seed {seed} ({story.kind})\n{story.text}\n")
            shown += 1
        seed += 1


def stats(count, seed):
    start = time.perf_counter()
    made = [generate(seed + i) for i in range(count)]
    took = time.perf_counter() - start
    forms = Counter()
    for story in made:
        forms.update(re.findall(r"[A-Za-zÀ-ÿ]+(?:[-'][A-Za-zÀ-ÿ]+)*", story.text.lower()))
    lengths = sorted(len(story.text.split()) for story in made)
    kinds = Counter(story.kind for story in made)
    print(f"stories {count}, different texts {len({s.text for s in made})}, "
          f"per second {count / took:.0f}")
    print(f"word forms {len(forms)} (seen at least 5 times: {sum(n >= 5 for n in forms.values())}), "
          f"words {sum(forms.values())}, characters {sum(len(s.text) for s in made)}")
    print("words per text: " + ", ".join(
        f"{q}% {lengths[min(count - 1, count * q // 100)]}" for q in (0, 5, 50, 95, 100)))
    print(f"kinds {len(kinds)}: " + ", ".join(f"{k} {n}" for k, n in sorted(kinds.items())))


def count_concepts(count, seed):
    """How often each concept holds, in how many stories, and what it looks like."""
    places, inside, seen = Counter(), Counter(), {}
    for story in (generate(seed + i) for i in range(count)):
        for name, spans in concepts(story).items():
            places[name] += len(spans)
            inside[name] += 1
            shown = seen.setdefault(name, {})
            for start, end in spans[:2]:
                if len(shown) < 5:
                    shown[story.text[start:end][:24].strip() or "␣"] = True
    for name in sorted(places):
        print(f"{name}: {places[name]} in {inside[name]} — {' | '.join(seen[name])!r}")
    print(f"concepts {len(places)}, in 10 stories or more {sum(n >= 10 for n in inside.values())}")


def parse(count, seed):
    automaton()
    texts = [generate(seed + i).text for i in range(count)]
    start = time.perf_counter()
    taken, total = map(sum, zip(*map(parsed_share, texts)))
    took = time.perf_counter() - start
    print(f"sentences {total}, parsed {taken} ({100 * taken / total:.2f} %), "
          f"{1000 * took / total:.2f} ms each, states {len(automaton().states)}")


main()
