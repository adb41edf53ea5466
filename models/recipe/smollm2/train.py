"""Trains the SAEs of all layers from one pass of the frozen model, for as long as it is given; goes on where it was.

    train.py WORK [--until HH:MM] [--tokens N]         at one rate
    train.py WORK --last MINUTES                       from there, the rate falling to the end
"""

import argparse
import datetime
import signal
import time
from concurrent.futures import ThreadPoolExecutor
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
#: In the last minutes a nat of what the model says otherwise counts more and more beside the unexplained share of the
#: variance, from this share of them on as much as the whole of it.
WHOLE_FROM = 0.3
#: Batches from which the mean and the scale of each layer are taken.
FIRST = 4
SAVE_EVERY, SAY_EVERY = 600, 100
SEED = 1
CHECKPOINT, LAST = "saes.checkpoint", "saes.last.checkpoint"


class Reader:
    """The frozen model and the text: batches of activations, half of a batch on each thread."""

    def __init__(self, work, pool, taken=None):
        shape, weights, tokenizer = opened()
        self.model, self.pool = Llama(shape, weights), pool
        self.rows = Rows(Path(work) / "data", tokenizer, SEED, taken)

    def half(self, ids):
        with torch.no_grad():
            return {layer: x for layer, x in enumerate(self.model.residuals(ids)) if layer in LAYERS}

    def batch(self, step):
        """{layer: [rows, length, width] float32} of batch `step`, and which places are learnt."""
        ids = self.rows.draw(step, BATCH)
        halves = list(self.pool.map(self.half, ids.split(-(-BATCH // torch.get_num_threads()))))
        return {layer: torch.cat([half[layer] for half in halves]) for layer in LAYERS}, learnt(ids)


def begin(reader):
    first = [reader.batch(step) for step in range(FIRST)]
    seen = lambda layer: torch.cat([taps[layer][keep] for taps, keep in first])
    generator = torch.Generator().manual_seed(SEED)
    saes = {layer: TopK(FEATURES, K, *fitted(seen(layer)), generator) for layer in LAYERS}
    return {"saes": saes, "step": FIRST, "tokens": 0, "seconds": 0.0}


def stored(state, rows):
    return state | {"saes": {layer: sae.state() for layer, sae in state["saes"].items()}, "taken": rows.taken}


def restored(path):
    state = kept.kept(path)
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


def train(work, until=None, tokens=None, last=None, say=print):
    """`last`: minutes in which the rate falls to LEAST of itself; the checkpoint of the rest is left as it is."""
    work = Path(work)
    checkpoint = work / (LAST if last else CHECKPOINT)
    source = checkpoint if checkpoint.exists() else work / CHECKPOINT
    state = restored(source) if source.exists() else None
    threads = torch.get_num_threads()
    pool = ThreadPoolExecutor(threads, initializer=lambda: torch.set_num_threads(1))
    reader = Reader(work, pool, state and state.pop("taken"))
    state = state or begin(reader)
    state.setdefault("falling", 0.0)
    stop = Stop(until, tokens)
    begun = saved = said = time.time()
    read = state["tokens"]

    def save():
        kept.keep(stored(state, reader.rows), checkpoint)

    while not stop.now(state) and (not last or state["falling"] < 1):
        rate = RATE * min(1, (state["step"] - FIRST + 1) / WARM_UP) * max(LEAST, 1 - state["falling"])
        taps, keep = reader.batch(state["step"])
        # In parts of a few whole rows: what is pulled back through the model is a row.
        parts = [int(part.sum()) for part in keep.split(ROWS)]
        ending = last and Ending(reader.model, taps, keep, min(1, state["falling"] / WHOLE_FROM), state["step"], ROWS)
        if ending:
            list(pool.map(ending.listen, ending.asked))
        learn = lambda layer: state["saes"][layer].step(
            taps[layer][keep], rate, ending and ending.pull(layer), parts)
        list(pool.map(learn, LAYERS))
        now = time.time()
        state["tokens"] += int(keep.sum())
        state["step"] += 1
        state["seconds"] += now - begun
        if last:
            state["falling"] += (now - begun) / 60 / last
        begun = now
        if state["step"] % SAY_EVERY == 0:
            errors = " ".join(f"{layer}:{sae.error:.4f}" for layer, sae in state["saes"].items())
            dead = " ".join(f"{float((sae.silent > 500_000).float().mean()):.3f}" for sae in state["saes"].values())
            say(f"{datetime.datetime.now():%H:%M:%S} step {state['step']} tokens {state['tokens']} rate {rate:.2e} "
                f"FVU {errors} dead {dead} tokens/s {(state['tokens'] - read) / (now - said):.0f}", flush=True)
            said, read = now, state["tokens"]
        if now - saved > SAVE_EVERY:
            save()
            saved = begun = time.time()
    save()
    say(f"{datetime.datetime.now():%H:%M:%S} stopped at step {state['step']}, {state['tokens']} tokens", flush=True)


if __name__ == "__main__":
    told = argparse.ArgumentParser()
    told.add_argument("work")
    told.add_argument("--until")
    told.add_argument("--tokens", type=int)
    told.add_argument("--last", type=float)
    train(**vars(told.parse_args()))
