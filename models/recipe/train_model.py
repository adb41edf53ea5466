"""Trains the language model in two courses: Muon for the matrices inside the blocks, AdamW for the rest."""

import time
from collections import namedtuple
from pathlib import Path

import torch

import corpus
from kept import keep, kept
from place import DEVICE, PRODUCTS, multiplying
from transformer import CONTEXT, LanguageModel

BATCH, ADAM_RATE, MUON_RATE = 32, 3e-3, 0.02
#: Steps for which the learning rate rises, and the share of its height to which it falls.
WARM_UP, LEAST = 100, 0.02

#: `height` times the rates above, which fall in a line from the share `fall_from` of the course on; `shares`
#: of the training rows; the file that it starts from, if any, and those that it writes.
Course = namedtuple("Course", "height fall_from shares start checkpoint result")
FIRST = Course(1, 0.35, {"short-stories": 0.36, "childrens-books": 0.26, "picture-books": 0.07,
                         "tinystories-sample": 0.13, "generator": 0.18},
               None, "first.checkpoint", "first.pt")
#: More rows of what the first course did worst, stories that the generator's grammar parses; fewer of the small
#: sets, which it had read seven and eleven times.
SECOND = Course(0.4, 0, {"short-stories": 0.34, "childrens-books": 0.25, "picture-books": 0.04,
                         "tinystories-sample": 0.07, "generator": 0.30},
                "first.pt", "model.checkpoint", "model.pt")
SAVE_EVERY = 180


def orthogonal(gradient):
    """Newton–Schulz iteration towards the nearest orthogonal matrix (Jordan et al., Muon, 2024)."""
    x = gradient.to(PRODUCTS)
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    x = x / (x.float().norm() + 1e-7).to(PRODUCTS)
    for _ in range(5):
        a = x @ x.t()
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * (a @ a)) @ x
    return (x.t() if tall else x).float()


class Muon:
    def __init__(self, parameters):
        self.parameters = parameters
        self.buffers = [torch.zeros_like(p) for p in parameters]

    @torch.no_grad()
    def step(self, rate, count):
        momentum = 0.85 + 0.1 * min(1, count / 300)
        for p, buffer in zip(self.parameters, self.buffers):
            buffer.mul_(momentum).add_(p.grad)
            update = orthogonal(p.grad + momentum * buffer)
            scale = max(1, p.shape[0] / p.shape[1]) ** 0.5
            p.mul_(1 - 0.01 * rate).add_(update, alpha=-rate * scale)
            p.grad = None


def scale_at(step, share, course):
    rise = min(1, (step + 1) / WARM_UP)
    falling = (share - course.fall_from) / (1 - course.fall_from)
    return course.height * rise * min(1, max(LEAST, 1 - falling))


def train(work, tokens, minutes, course, seed=0, batch=None, say=print):
    """Runs until `tokens` or `minutes` are spent, whichever comes first; resumes; writes `course.result`.

    A course that starts from another's result ends in the mean of its first and its last weights, which generalise
    better than either (Wortsman et al., Model soups, 2022).
    """
    work, batch = Path(work), batch or BATCH
    final, checkpoint = work / course.result, work / course.checkpoint
    if final.exists():
        return
    torch.manual_seed(seed)
    model = LanguageModel().to(DEVICE)
    start = kept(work / course.start, DEVICE) if course.start else None
    if start:
        model.load_state_dict(start["model"])
    inside = [p for n, p in model.named_parameters() if p.dim() == 2 and n != "e.weight"]
    others = [p for n, p in model.named_parameters() if p.dim() != 2 or n == "e.weight"]
    adam = torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0)
    muon = Muon(inside)
    done, step, before = 0, 0, 0.0
    if checkpoint.exists():
        state = kept(checkpoint, DEVICE)
        model.load_state_dict(state["model"])
        adam.load_state_dict(state["adam"])
        muon.buffers = state["muon"]
        done, step, before = state["tokens"], state["step"], state["seconds"]
    # A later course reads other rows than the one before it.
    rows = corpus.Rows(corpus.token_files(work, "train"), course.shares, seed + (start["tokens"] if start else 0))
    if done:
        rows.random.set_state(state["rows"])
    begun = saved = time.time()
    average = None

    def state():
        return {"model": model.state_dict(), "adam": adam.state_dict(), "muon": muon.buffers,
                "rows": rows.random.get_state(), "tokens": done, "step": step,
                "seconds": before + time.time() - begun}

    while True:
        share = max(done / tokens, (before + time.time() - begun) / 60 / minutes)
        if share >= 1:
            break
        scale = scale_at(step, share, course)
        for group in adam.param_groups:
            group["lr"] = ADAM_RATE * scale
        row = torch.from_numpy(rows.draw(batch, CONTEXT)).to(DEVICE)
        with multiplying(DEVICE):
            loss = model.loss(row[:, :-1], row[:, 1:])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(others, 1.0)
        adam.step()
        adam.zero_grad(set_to_none=True)
        muon.step(MUON_RATE * scale, step)
        done, step = done + batch * CONTEXT, step + 1
        average = loss.detach() if average is None else 0.98 * average + 0.02 * loss.detach()
        if step % 50 == 0:
            say(f"model: step {step}, {done} tokens, loss {float(average):.3f}, {100 * share:.0f} %")
        if time.time() - saved > SAVE_EVERY:
            saved = time.time()
            keep(state(), checkpoint)
    last = state()
    weights = last["model"]
    if start:
        weights = {name: (t + start["model"][name]) / 2 for name, t in weights.items()}
    sums = {name: last[name] + (start[name] if start else 0) for name in ("tokens", "step", "seconds")}
    keep({"model": {name: t.cpu() for name, t in weights.items()}, **sums}, final)
