"""What the model can do: the field's probes, and stories of its own in the generator's language."""

import math

import torch

import corpus
import sample
from stories import generate
from stories.parse import parses
from stories.probes import FAMILIES, probes
from stories.sentences import sentences as spans_of

PROBES, STORIES, LONGEST, TEMPERATURE = 500, 200, 240, 0.8
#: Seeds of the stories whose first sentences are continued; none of them is trained on.
OPENINGS = range(11_000_000, 11_002_000)


def scores(model, encode, prefix, continuations):
    """log p of each continuation after the prefix."""
    start = [0, *encode(prefix)]
    ends = [encode(c) for c in continuations]
    rows = torch.zeros(len(ends), len(start) + max(map(len, ends)), dtype=torch.long)
    for row, end in enumerate(ends):
        rows[row, : len(start) + len(end)] = torch.tensor(start + end)
    with torch.no_grad():
        logits = (model.hidden(rows)[:, len(start) - 1 : -1] @ model.e.weight.t()).float().log_softmax(-1)
    own = logits.gather(2, rows[:, len(start) :, None])[..., 0]
    return [float(own[row, : len(end)].sum()) for row, end in enumerate(ends)]


def probe_accuracy(model, encode):
    """{family: accuracy, chance, n}: the likeliest of all continuations must be a right one."""
    out = {}
    for family in FAMILIES:
        right = chance = n = 0
        for probe in probes(family, PROBES):
            answers = [*probe.right, *probe.wrong]
            found = scores(model, encode, probe.prefix, answers)
            right += max(range(len(answers)), key=found.__getitem__) < len(probe.right)
            chance += len(probe.right) / len(answers)
            n += 1
        out[family] = {"accuracy": right / n, "chance": chance / n, "n": n}
    return out


def sentences(text):
    return [text[start:end] for start, end in spans_of(text)]


def openings(count):
    """First sentences of tales that no training text repeats as a whole."""
    tales = (story for story in map(generate, OPENINGS) if story.kind.startswith("tale"))
    return [sentences(next(tales).text)[0] for _ in range(count)]


def fluency(model, encode, trained, seed=3):
    """How many sentences of sampled stories the grammar parses, and how many of those are new; the stories.

    `trained` are the generated texts of the training set. The given first sentence does not count, nor does
    a last one that the length cut off.
    """
    first = openings(STORIES)
    prompts = [[0, *encode(text)] for text in first]
    drawn = sample.sample(model, prompts, TEMPERATURE, 1.0, seed, LONGEST)
    stories, written = [], []
    for opening, ids in zip(first, drawn):
        text = encode.decode(ids)
        stories.append(text)
        own = sentences(text[len(opening) :].strip())
        written += own[:-1] if len(ids) == LONGEST - 1 else own
    parsed = [s for s in written if parses(s)]
    wanted, known = set(parsed), set()
    for text in trained:
        known |= wanted.intersection(sentences(text))
    new = sum(s not in known for s in parsed)
    result = {"stories": STORIES, "sentences": len(written), "parsed": len(parsed) / max(1, len(written)),
              "novel": new / max(1, len(parsed))}
    return result, stories


def measured(model, encode, work):
    """The model's abilities as `pack.json` has them; the sampled stories go to a file in `work`."""
    told = (generate(seed).text for seed in range(corpus.STORIES))
    fluent, stories = fluency(model, encode, told)
    (work / "sampled-stories.txt").write_text("\n\n---\n\n".join(stories))
    assert all(math.isfinite(x) for x in fluent.values())
    return {"probes": probe_accuracy(model, encode), "fluency": fluent}
