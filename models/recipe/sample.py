"""Example texts: sampled from the model itself, so that nothing of the training text ships."""

import random
import re

import torch

import unwanted
from place import CPU, multiplying
from transformer import LAYERS

#: Where sampled texts begin; each is also used with other heroes and places.
HEROES = ["a little fox", "an old king", "a small girl named Anna", "a sailor", "a young bear",
          "a kind teacher", "a boy named Tom", "a tired baker", "two brothers", "a grey cat",
          "a clever mouse", "a poor farmer", "a doctor", "a soldier", "the captain"]
PLACES = ["near the sea", "in a dark forest", "in a small town", "on a high hill", "by the river",
          "in a stone castle", "at the edge of the desert", "in the city", "on an island"]
OPENINGS = ["Once upon a time there was {hero} who lived {place}.", "One morning {hero} went",
            "{Hero} was very hungry", "It was a cold night, and {hero}", '"Who are you?" asked',
            "Long ago, {place}, there lived {hero}.", "{Hero} looked at the sky and",
            "The ship had been at sea for", "Dear friend,", "On Monday", '"I do not know," said',
            "The door opened, and", "In the year", "When {hero} came home", "There were three",
            "The rain fell", "He took the letter and", "She laughed.", "The planet was", ""]

#: Notes of publishers at the end of their books, which the model has learned to write.
ADDRESS = re.compile(r"https?:|www\.|\.org\b|\.com\b|storyweaver|creative commons", re.I)

LENGTH, BATCH = 128, 128


def openings(count, seed):
    rng = random.Random(seed)
    for _ in range(count):
        hero = rng.choice(HEROES)
        yield rng.choice(OPENINGS).format(
            hero=hero, Hero=hero[0].upper() + hero[1:], place=rng.choice(PLACES))


def next_tokens(logits, temperature, top_p, generator):
    probabilities = (logits.float() / temperature).softmax(-1)
    ordered, index = probabilities.sort(-1, descending=True)
    ordered[(ordered.cumsum(-1) - ordered) >= top_p] = 0
    choice = torch.multinomial(ordered, 1, generator=generator)
    return index.gather(1, choice)[:, 0]


def sample(model, prompts, temperature=0.8, top_p=0.95, seed=0, length=LENGTH):
    """Continues each prompt (lists of ids that begin with 0) to `length` tokens or to token 0."""
    generator = torch.Generator().manual_seed(seed)
    texts = []
    for at in range(0, len(prompts), BATCH):
        group = prompts[at : at + BATCH]
        ids = torch.zeros(len(group), length, dtype=torch.long)
        for row, prompt in enumerate(group):
            ids[row, : len(prompt)] = torch.tensor(prompt[:length])
        sizes = torch.tensor([min(len(p), length) for p in group])
        past = [[] for _ in range(LAYERS)]
        for position in range(1, length):
            waiting = sizes <= position
            with torch.no_grad(), multiplying(CPU):
                last = model.hidden(ids[:, position - 1 : position], past)[:, -1] @ model.e.weight.t()
            if not waiting.any():
                continue
            drawn = next_tokens(last, temperature, top_p, generator)
            ids[:, position] = torch.where(waiting, drawn, ids[:, position])
        for row in ids.tolist():
            end = next((i for i in range(1, length) if row[i] == 0), length)
            texts.append(row[1:end])
    return texts


def runs(words, size=12):
    return (" ".join(words[i : i + size]) for i in range(len(words) - size + 1))


def keep_own(texts, training_texts, shortest=12):
    """Drops texts that hold a run of 12 words of the training text, an unwanted word or an address, or few words."""
    bad = lambda text: unwanted.found(text) or ADDRESS.search(text) or len(text.split()) < shortest
    clean = [t for t in texts if not bad(t)]
    wanted = {}
    for i, text in enumerate(clean):
        for run in runs(text.split()):
            wanted.setdefault(run, set()).add(i)
    copied = set()
    for text in training_texts:
        for run in runs(text.split()):
            copied |= wanted.get(run, set())
    return [t for i, t in enumerate(clean) if i not in copied]
