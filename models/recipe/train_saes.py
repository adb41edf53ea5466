"""Trains the SAE of every dictionary, all from one pass of the frozen model."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

import corpus
from dictionaries import DICTIONARIES
from kept import keep, kept
from place import DEVICE, multiplying
from sae_learning import learner
from saying import pulls
from transformer import CONTEXT, SITES, WIDTH, LanguageModel, half

BATCH, RATE, WARM_UP, FALL_FROM, LEAST = 16, 1e-3, 50, 0.6, 0.03
#: From FALL_FROM on, what the model says counts more and more beside the unexplained share of the variance, from here
#: on a nat as much as the whole of it.
WHOLE_FROM = 0.8
#: Rows from which the mean and the scale of each site are taken, in batches.
FIRST = 4
SHARES = {"short-stories": 0.2, "childrens-books": 0.2, "picture-books": 0.12,
          "tinystories-sample": 0.18, "generator": 0.3}
SAVE_EVERY = 240
#: What `handover.py --saes` writes.
START = "saes.start"


class Source:
    """Activations of training text at every site; batch `step` is the same whenever it is asked for."""

    def __init__(self, work, seed):
        self.model = LanguageModel()
        self.model.load_state_dict(kept(work / "model.pt")["model"])
        half(self.model).to(DEVICE)
        self.files, self.seed = corpus.token_files(work, "train"), seed

    def batch(self, step):
        rows = corpus.Rows(self.files, SHARES, 1_000_003 * self.seed + step)
        ids = torch.from_numpy(rows.draw(BATCH, CONTEXT - 1)).to(DEVICE)
        with torch.no_grad(), multiplying(DEVICE):
            taps, _ = self.model.tapped(ids)
        keep = ids.flatten() != 0
        return {site: taps[site].float().flatten(0, 1)[keep] for site in SITES}


def fitted(x):
    """The mean of activations [n, WIDTH], and the scale that makes their mean distance from it √WIDTH."""
    mean = x.mean(0)
    return mean, float(WIDTH**0.5 / (x - mean).norm(dim=1).mean())


def rate_at(step, share):
    fall = 1 if share < FALL_FROM else max(LEAST, (1 - share) / (1 - FALL_FROM))
    return RATE * min(1, (step + 1) / WARM_UP) * fall


def begin(source, seed, start):
    """Untrained SAEs, or those of `start` where it has them, fitted to the activations of a few batches."""
    first = [source.batch(-1 - i) for i in range(FIRST)]
    generator = torch.Generator().manual_seed(seed + 1)
    saes = {}
    for dictionary in DICTIONARIES:
        mean, scale = fitted(torch.cat([taps[dictionary.site] for taps in first]))
        saes[dictionary.id] = learner(dictionary, mean, scale, generator)
        if dictionary.id in start["saes"]:
            saes[dictionary.id].take(start["saes"][dictionary.id])
    return saes


def train(work, tokens, minutes, seed=1, say=print):
    """Runs until `tokens` or `minutes` are spent; resumes; writes saes.pt. It begins with the SAEs of START, if any."""
    work = Path(work)
    final, checkpoint = work / "saes.pt", work / "saes.checkpoint"
    if final.exists():
        return
    source = Source(work, seed)
    start = kept(work / START) if (work / START).exists() else {"saes": {}, "tokens": 0, "seconds": 0}
    done, step, before = 0, 0, 0.0
    if checkpoint.exists():
        state = kept(checkpoint, DEVICE)
        saes = state["saes"]
        done, step, before = state["tokens"], state["step"], state["seconds"]
    else:
        saes = begin(source, seed, start)
    begun = saved = time.time()
    # The SAEs do not depend on one another: one thread each is faster than several on small products.
    pool = ThreadPoolExecutor(torch.get_num_threads(), initializer=lambda: torch.set_num_threads(1))
    while True:
        share = max(done / tokens, (before + time.time() - begun) / 60 / minutes)
        if share >= 1:
            break
        rate = rate_at(step, share)
        taps = source.batch(step)
        pull = pulls(source.model, taps, min(1, (share - FALL_FROM) / (WHOLE_FROM - FALL_FROM)))
        list(pool.map(lambda d: saes[d.id].step(taps[d.site], rate, pull.get(d.site)), DICTIONARIES))
        done, step = done + len(taps[SITES[0]]), step + 1
        if step % 10 == 0:
            errors = " ".join(f"{sae.error:.3f}" for sae in saes.values())
            say(f"SAEs: step {step}, {done} tokens, {100 * share:.0f} %, unexplained {errors}")
        if time.time() - saved > SAVE_EVERY:
            saved = time.time()
            keep({"saes": saes, "tokens": done, "step": step, "seconds": before + saved - begun}, checkpoint)
    keep({"saes": {name: sae.raw() for name, sae in saes.items()}, "tokens": start["tokens"] + done,
          "seconds": start["seconds"] + before + time.time() - begun}, final)
