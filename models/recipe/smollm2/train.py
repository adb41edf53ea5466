"""Trains the SAEs of all layers from one pass of the frozen model, for as long as it is given; goes on where it was.

    train.py WORK [--until HH:MM] [--tokens N]         at one rate
    train.py WORK --last MINUTES [--pull-from LAYER]   from there, the rate falling to the end
"""

import argparse
import datetime
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import torch

import kept
from ending import Ending
from layers import FEATURES, K, LAYERS
from llama import Llama
from opened import opened
from rows import Rows, learnt
from topk import TopK, fitted

BATCH, RATE, WARM_UP, LEAST = 16, 1e-3, 200, 0.03
#: Rows of a part of a batch.
ROWS = 2
#: From this share of the last minutes on a nat of what the model says otherwise counts more and more beside the
#: unexplained share of the variance, at the end PULL times as much. Earlier, at rates that are still high, the few
#: places that are asked drown the rest: with 1 and 0.25 from the start FVU of layer 22 rose from 0.18 to 0.34 and 0.28 within
#: 0.3 million tokens.
PULL_AT, PULL = 0.7, 0.25
#: Batches from which the mean and the scale of each layer are taken.
FIRST = 4
SAVE_EVERY, SAY_EVERY = 600, 25
SEED = 1
CHECKPOINT, LAST = "saes.checkpoint", "saes.last.checkpoint"


class Reader:
    """The frozen model and the text: batches of activations, half of a batch on each thread."""

    def __init__(self, work, pool, taken=None):
        shape, weights, tokenizer = opened()
        self.model, self.pool = Llama(shape, weights), pool
        #: What the model says is read off the last layer, whether it has an SAE or not.
        self.tapped = sorted({*LAYERS, shape.layers - 1})
        self.rows = Rows(Path(work) / "data", tokenizer, SEED, taken)

    def half(self, ids):
        with torch.no_grad():
            return {layer: x for layer, x in enumerate(self.model.residuals(ids)) if layer in self.tapped}

    def batch(self, step):
        """{layer: [rows, length, width] float32} of batch `step`, the last layer too, and which places are learnt."""
        ids = self.rows.draw(step, BATCH)
        halves = list(self.pool.map(self.half, ids.split(-(-BATCH // torch.get_num_threads()))))
        return {layer: torch.cat([half[layer] for half in halves]) for layer in self.tapped}, learnt(ids)


def begun(reader, state):
    """`state` with the SAEs of all LAYERS; new ones are fitted to the next batches, which they do not learn from."""
    new = [layer for layer in LAYERS if layer not in state["saes"]]
    if new:
        first = [reader.batch(state["step"] + i) for i in range(FIRST)]
        state["step"] += FIRST
        generator = torch.Generator().manual_seed(SEED + new[0])
        for layer in new:
            seen = torch.cat([taps[layer][keep] for taps, keep in first])
            state["saes"][layer] = TopK(FEATURES, K, *fitted(seen), generator)
    state["saes"] = {layer: state["saes"][layer] for layer in LAYERS}
    return state


def stored(state, rows):
    return state | {"saes": {layer: sae.state() for layer, sae in state["saes"].items()}, "taken": rows.taken}


def restored(path):
    state = {"saes": {}, "step": 0, "tokens": 0, "seconds": 0.0, "falling": 0.0, "taken": None}
    state |= kept.kept(path) if path else {}
    state["saes"] = {layer: TopK.of(s) for layer, s in state["saes"].items()}
    for sae in state["saes"].values():
        sae.k = K
    return state


class Stop:
    """Told to stop by a signal, by the clock, or by the number of tokens."""

    def __init__(self, until, tokens):
        self.told, self.tokens = False, tokens
        now = datetime.datetime.now()
        self.until = until and now.replace(hour=int(until[:2]), minute=int(until[3:]), second=0)
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, lambda *_: setattr(self, "told", True))

    def now(self, state):
        late = self.until and datetime.datetime.now() >= self.until
        return self.told or late or (self.tokens and state["tokens"] >= self.tokens)


def newest(work, last):
    """The checkpoint to go on from, if any: that of an ending only where what it began with has not been learnt on."""
    main, end = work / CHECKPOINT, work / LAST
    if last and end.exists() and end.stat().st_mtime > main.stat().st_mtime:
        return end
    return main if main.exists() else None


def learn(reader, state, rate, pulled):
    """One batch through the model and into every SAE; how many tokens it had.

    `pulled`: layers that learn too that the model says the same.
    """
    taps, keep = reader.batch(state["step"])
    # In parts of a few whole rows: what is pulled back through the model is a row.
    parts = [int(part.sum()) for part in keep.split(ROWS)]
    pulls = dict.fromkeys(LAYERS)
    if pulled:
        weight = PULL * (state["falling"] - PULL_AT) / (1 - PULL_AT)
        ending = Ending(reader.model, taps, keep, weight, state["step"], ROWS)
        list(reader.pool.map(ending.listen, ending.asked))
        pulls |= {layer: ending.pull(layer) for layer in pulled}

    def step(layer):
        sae = state["saes"][layer]
        sae.step(taps[layer][keep], rate * min(1, (sae.steps + 1) / WARM_UP), pulls[layer], parts)

    list(reader.pool.map(step, LAYERS))
    return int(keep.sum())


def told(state, rate, speed):
    saes = state["saes"].items()
    errors = " ".join(f"{layer}:{sae.error:.4f}" for layer, sae in saes)
    dead = " ".join(f"{sae.dead():.3f}" for _, sae in saes)
    return (f"{datetime.datetime.now():%H:%M:%S} step {state['step']} tokens {state['tokens']} rate {rate:.2e} "
            f"FVU {errors} dead {dead} tokens/s {speed:.0f}")


def train(work, until=None, tokens=None, last=None, pull_from=0, say=partial(print, flush=True)):
    """`last`: minutes in which the rate falls to LEAST of itself, and layers from `pull_from` on learn too that the
    model says the same; the checkpoint of the rest is left as it is.
    """
    work = Path(work)
    state = restored(newest(work, last))
    pool = ThreadPoolExecutor(torch.get_num_threads(), initializer=lambda: torch.set_num_threads(1))
    reader = Reader(work, pool, state.pop("taken"))
    state = begun(reader, state)
    save = lambda: kept.keep(stored(state, reader.rows), work / (LAST if last else CHECKPOINT))
    stop, pulled = Stop(until, tokens), [layer for layer in LAYERS if last and layer >= pull_from]
    saved = said = time.time()
    read = state["tokens"]
    while not stop.now(state) and state["falling"] < 1:
        start = time.time()
        rate = RATE * max(LEAST, 1 - state["falling"])
        state["tokens"] += learn(reader, state, rate, pulled if state["falling"] > PULL_AT else [])
        state["step"] += 1
        now = time.time()
        state["seconds"] += now - start
        if last:
            state["falling"] += (now - start) / 60 / last
        if state["step"] % SAY_EVERY == 0:
            say(told(state, rate, (state["tokens"] - read) / (now - said)))
            said, read = now, state["tokens"]
        if now - saved > SAVE_EVERY:
            save()
            saved = now
    save()
    say(f"{datetime.datetime.now():%H:%M:%S} stopped at step {state['step']}, {state['tokens']} tokens")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work")
    parser.add_argument("--until")
    parser.add_argument("--tokens", type=int)
    parser.add_argument("--last", type=float)
    parser.add_argument("--pull-from", type=int, default=0)
    train(**vars(parser.parse_args()))
