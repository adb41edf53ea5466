"""Searches a pack for features that make the model write about a theme and leave it fluent.

    python3 models/recipe/themes.py --pack models/default --out themes.json
    npm run -s cli -- themes --pack models/default --ideas themes.json

The second command doses what was found, measures it with the engine and keeps it in the pack.
"""

import argparse
import json
import re
from pathlib import Path

import numpy as np
import torch

from dictionaries import DICTIONARIES
from rename import opened
from transformer import EMBEDDING, LAYERS

#: What counts as a theme.
THEMES = {
    "sea": "sea ocean ship ships boat boats wave waves beach shore sail sailed sailor sailors island harbour captain tide",
    "colours": "red blue green yellow white black brown grey purple pink orange golden silver colour colours",
    "sadness": "sad sadly cry cried crying tears tear wept weep weeping unhappy sorrow lonely sobbed alone",
    "animals": "dog cat bear fox wolf rabbit mouse bird birds horse cow sheep lion elephant monkey animal animals duck goat pig "
               "frog owl hen fish deer",
    "questions": "?",
    "food": "bread cake cakes soup apple apples cheese milk eat ate food honey butter pie rice egg eggs meal dinner hungry",
    "forest": "forest tree trees wood woods leaf leaves branch branches oak pine",
    "kings": "king queen prince princess castle crown palace throne royal kingdom",
    "night": "night dark moon star stars asleep dream dreams bed evening",
    "garden": "garden flower flowers seed seeds rose roses plant plants grass",
    "winter": "snow cold winter ice frost snowy icy frozen wind storm",
    "family": "mother father sister brother grandmother grandfather mama papa mum dad parents aunt uncle son daughter"}
THEMES = {name: words.split() for name, words in THEMES.items()}
PROMPTS = (
    "Once upon a time there was a little girl who", "Tom and Anna were", "A woman opened the door and",
    "Long ago, in a far land,", "There was once a poor farmer who", "When the sun came up,", "The old king had",
    "Lily wanted to", "The shop was full of", "They sat down together and", "He took the bag and", "Nobody knew why the",
    "The children ran to", "The first thing he saw was")
TOKENS, TEMPERATURE, SEED = 48, 0.8, 3
#: Features looked at for each theme, and how far they may move the model: nats.
LOOKED_AT, MOVED = 8, (0.12, 0.25)
STRENGTHS = (25.0, 50.0, 100.0, 200.0)
#: As many times as often as unsteered are enough for one feature alone.
ENOUGH = 8
#: What a theme may do to perplexity, as a multiple.
FLUENT = 1.4
WORDS = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)*|[^\s\w]")


class Steered:
    """The model under vectors that are added at sites, row by row."""

    def __init__(self, model, adds):
        """`adds` maps a site to [rows, width]."""
        self.model, self.adds = model, adds

    def hidden(self, ids, rows, past=None):
        tap = lambda site, x: x + self.adds[site][rows][:, None] if site in self.adds else x
        return self.model.onward(tap(EMBEDDING, self.model.e(ids)), tap, past=past)


def by_length(prompts):
    lengths = {}
    for row, ids in enumerate(prompts):
        lengths.setdefault(len(ids), []).append(row)
    return lengths.values()


def write(steered, prompts, temperature):
    """A continuation of each row's prompt."""
    out, generator = [None] * len(prompts), torch.Generator().manual_seed(SEED)
    unembedding = steered.model.e.weight.t()
    for rows in by_length(prompts):
        past, ids, new = [[] for _ in range(LAYERS)], torch.tensor([prompts[row] for row in rows]), []
        for _ in range(TOKENS):
            logits = steered.hidden(ids, rows, past)[:, -1] @ unembedding
            ids = logits.argmax(-1, keepdim=True) if temperature == 0 else torch.multinomial(
                (logits / temperature).softmax(-1), 1, generator=generator)
            new.append(ids)
        for row, told in zip(rows, torch.cat(new, 1).tolist()):
            out[row] = told[: told.index(0)] if 0 in told else told
    return out


def losses(model, prompts, texts):
    """Σ −ln p and tokens of each row's continuation, unsteered."""
    out = np.zeros((len(prompts), 2))
    for begin in range(0, len(prompts), 64):
        part = range(begin, min(begin + 64, len(prompts)))
        rows = [prompts[i] + texts[i] for i in part]
        ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
        for row, told in enumerate(rows):
            ids[row, : len(told)] = torch.tensor(told)
        surprise = -(model.hidden(ids)[:, :-1] @ model.e.weight.t()).log_softmax(-1).gather(2, ids[:, 1:, None])[:, :, 0]
        for row, i in enumerate(part):
            out[i] = float(surprise[row, len(prompts[i]) - 1 : len(rows[row]) - 1].sum()), len(texts[i])
    return out


def loops(text):
    """Whether four words in a row come again at once, or three times in all."""
    words, seen = WORDS.findall(text.lower()), {}
    for at in range(len(words) - 3):
        places = seen.setdefault(tuple(words[at : at + 4]), [])
        places.append(at)
        if len(places) > 2 or at - 4 in places:
            return True
    return False


def share(texts, words):
    found = [word for text in texts for word in WORDS.findall(text.lower())]
    return sum(word in words for word in found) / max(1, sum(word[0].isalnum() for word in found))


class Search:
    def __init__(self, pack):
        self.model, self.saes, self.encode = opened(pack)
        self.prompts = [[0, *self.encode(text)] for text in PROMPTS]
        self.sites = [d.site for d in DICTIONARIES if d.id == d.site and d.site != EMBEDDING]
        e = self.model.e.weight
        self.readout = self.model.n.g[:, None] * (e - e.mean(0)).t()
        self.plain = [self.measured([{}], t)[0] for t in (0, TEMPERATURE)]

    def steered(self, ways, times):
        """`ways` lists {(site, feature): strength}, each for `times` rows."""
        adds = {}
        for i, way in enumerate(ways):
            for (site, feature), strength in way.items():
                rows = adds.setdefault(site, torch.zeros(len(ways) * times, self.model.e.weight.shape[1]))
                rows[i * times : (i + 1) * times] += strength * self.saes[site].w_dec[feature]
        return Steered(self.model, adds)

    def measured(self, ways, temperature):
        """[(perplexity, looping texts, texts)] of each way to steer."""
        prompts, n = self.prompts * len(ways), len(self.prompts)
        texts = write(self.steered(ways, n), prompts, temperature)
        loss = losses(self.model, prompts, texts).reshape(len(ways), n, 2).sum(1)
        told = [[self.encode.decode(t) for t in texts[i * n : (i + 1) * n]] for i in range(len(ways))]
        return [(float(np.exp(a / max(1, b))), sum(map(loops, t)), t) for (a, b), t in zip(loss, told)]

    def divergence(self, ways):
        """Mean KL(unsteered ‖ steered) over the places of half of the prompts, in nats."""
        chosen = self.prompts[::2]
        n, out = len(chosen), np.zeros(len(ways))
        steered, unembedding = self.steered(ways, n), self.model.e.weight.t()
        for rows in by_length(chosen):
            ids = torch.tensor([chosen[row] for row in rows])
            p = (self.model.hidden(ids)[:, 1:] @ unembedding).log_softmax(-1)
            every = [way * n + row for way in range(len(ways)) for row in rows]
            q = (steered.hidden(ids.repeat(len(ways), 1), every)[:, 1:] @ unembedding).log_softmax(-1)
            q = q.view(len(ways), *p.shape)
            out += (p.exp() * (p - q)).sum((1, 2, 3)).numpy()
        return out / sum(len(ids) - 1 for ids in chosen)

    def strengths(self, ways):
        """The factors by which each way moves the model by each of `MOVED`, interpolated."""
        grid = np.array(STRENGTHS)
        tried = self.divergence([{f: s * x for f, s in way.items()} for way in ways for x in grid]).reshape(len(ways), -1)
        return [np.exp(np.interp(np.log(MOVED), np.log(np.maximum.accumulate(kl)), np.log(grid))).tolist() for kl in tried]

    def candidates(self, words):
        """Features that promote the theme's words most, by unit decoder rows."""
        ids = {i for word in words for form in (f" {word}", word, f" {word.capitalize()}") for i in self.encode(form)
               if len(self.encode(form)) == 1}
        found = []
        for site in self.sites:
            promoted = (self.saes[site].unit @ self.readout)[:, sorted(ids)]
            value, feature = promoted.topk(min(8, len(ids)), 1).values.mean(1).topk(LOOKED_AT)
            found += [(float(v), (site, int(f))) for v, f in zip(value, feature)]
        return [feature for _, feature in sorted(found, reverse=True)[:LOOKED_AT]]

    def judged(self, ways, words):
        """[(score, way, what was measured)] of ways to steer, best first."""
        at = [{f: s * x for f, s in way.items()} for way, factors in zip(ways, self.strengths(ways)) for x in factors]
        out = [[] for _ in at]
        for t, plain in zip((0, TEMPERATURE), self.plain):
            for told, (perplexity, looping, texts) in zip(out, self.measured(at, t)):
                told.append({"temperature": t, "share": share(texts, words), "unsteered": share(plain[2], words),
                             "ratio": perplexity / plain[0], "loops": looping})
        score = lambda told: min(min(20, one["share"] / max(one["unsteered"], 0.002)) for one in told) * (
            0.3 if any(one["ratio"] > FLUENT for one in told) else 1) / (1 + sum(one["loops"] for one in told))
        return sorted(((score(told), way, told) for way, told in zip(at, out)), key=lambda one: -one[0])

    def best(self, words):
        words, listed = set(words), self.candidates(words)
        single = self.judged([{feature: 1.0} for feature in listed], words)
        if single[0][0] >= ENOUGH:
            return single[0]
        first = list(dict(next(iter(way.items())) for _, way, _ in single[:6]).items())[:3]
        pairs = [dict([a, b]) for i, a in enumerate(first) for b in first[i + 1 :]]
        scale = lambda way: {f: s / max(way.values()) for f, s in way.items()}
        return max([*single, *self.judged([scale(way) for way in [*pairs, dict(first)]], words)], key=lambda one: one[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="models/default", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--theme", action="append", help="of those in the file; without it, all")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.set_grad_enabled(False)
    search, ideas = Search(args.pack), []
    for name in args.theme or THEMES:
        score, way, told = search.best(THEMES[name])
        edits = {f"{site}/{feature}": round(strength, 1) for (site, feature), strength in way.items()}
        ideas.append({"name": name, "words": THEMES[name], "edits": [f"{f}=add:{s}" for f, s in edits.items()]})
        print(f"{name}: {score:.2f} {edits} {told}", flush=True)
        args.out.write_text(json.dumps(ideas, indent="\t"))


if __name__ == "__main__":
    main()
