"""`python3 -m stories --sample N --seed S` prints texts, `--stats N` counts words."""
import argparse
import re
import time
from collections import Counter

from . import generate


def main():
    parser = argparse.ArgumentParser(prog="stories", description=__doc__)
    parser.add_argument("--sample", type=int, metavar="N", help="print N stories")
    parser.add_argument("--stats", type=int, metavar="N", help="count over N stories")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", default="", help="only kinds that begin so")
    options = parser.parse_args()
    if options.sample:
        shown, seed = 0, options.seed
        while shown < options.sample and seed < options.seed + 5000 * options.sample:
            story = generate(seed)
            if story.kind.startswith(options.kind):
                print(f"--- seed {seed} ({story.kind})\n{story.text}\n")
                shown += 1
            seed += 1
    if options.stats:
        stats(options.stats, options.seed)


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


main()
