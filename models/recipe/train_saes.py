"""Trains a TopK SAE with AuxK at every site, all from one pass of the model (Gao et al., 2406.04093)."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

import corpus
from pack import K, half
from transformer import CONTEXT, SITES, WIDTH, LanguageModel

FEATURES, AUX_K, AUX_SHARE = 2048, 256, 1 / 32
BATCH, RATE, WARM_UP, FALL_FROM, LEAST = 16, 1e-3, 50, 0.6, 0.03
#: A feature silent on this many tokens counts as dead and is trained by AuxK.
DEAD_AFTER = 60_000
SHARES = {"short-stories": 0.2, "childrens-books": 0.2, "picture-books": 0.12,
          "tinystories-sample": 0.18, "generator": 0.3}
SAVE_EVERY = 240


class Sae:
    """Gradients by hand, products in bfloat16; inputs are scaled to a mean distance of √WIDTH."""

    def __init__(self, mean, scale, generator, features=FEATURES):
        rows = torch.randn(features, WIDTH, generator=generator)
        rows /= rows.norm(dim=1, keepdim=True)
        self.scale = scale
        # W_enc [WIDTH, features], b_enc, W_dec [features, WIDTH], b_dec: encoder and decoder begin tied.
        self.parameters = [rows.t().clone().contiguous(), torch.zeros(features), rows, mean * scale]
        self.first = [torch.zeros_like(p) for p in self.parameters]
        self.second = [torch.zeros_like(p) for p in self.parameters]
        self.silent = torch.zeros(features)
        self.steps, self.error = 0, None

    @torch.no_grad()
    def step(self, x, rate):
        w_enc, b_enc, w_dec, b_dec = self.parameters
        n, features = len(x), len(w_dec)
        sparse = lambda i, v, width: torch.zeros(n, width, dtype=torch.bfloat16).scatter_(1, i, v.bfloat16())
        x = x * self.scale
        u = (x - b_dec).bfloat16()
        pre = (u @ w_enc.bfloat16()).float() + b_enc
        values, index = pre.topk(K, dim=1)
        values = values.relu()
        decoder = w_dec.bfloat16()
        codes = sparse(index, values, features)
        error = (codes @ decoder).float() + b_dec - x
        spread = ((x - x.mean(0)) ** 2).sum()
        g = (error * (2 / spread)).bfloat16()
        d_dec = (codes.t() @ g).float()
        d_pre = sparse(index, (g @ decoder.t()).gather(1, index) * (values > 0), features)
        dead = self.count(index, values, n)
        if len(dead):
            self.auxiliary(pre[:, dead], -error, decoder[dead], dead, d_dec, d_pre, sparse)
        d_enc, d_bias = (u.t() @ d_pre).float(), d_pre.float().sum(0)
        d_centre = g.float().sum(0) - w_enc @ d_bias
        # Rows keep length 1: only what turns them counts.
        d_dec -= (d_dec * w_dec).sum(1, keepdim=True) * w_dec
        self.adam([d_enc, d_bias, d_dec, d_centre], rate)
        w_dec /= w_dec.norm(dim=1, keepdim=True)
        share = float((error**2).sum() / spread)
        self.error = share if self.error is None else 0.95 * self.error + 0.05 * share

    def count(self, index, values, n):
        fired = torch.zeros(len(self.silent)).index_add_(
            0, index[values > 0], torch.ones(int((values > 0).sum())))
        self.silent = torch.where(fired > 0, torch.zeros_like(fired), self.silent + n)
        return (self.silent > DEAD_AFTER).nonzero().flatten()

    def auxiliary(self, pre, residue, decoder, dead, d_dec, d_pre, sparse):
        """Dead features reconstruct what the others leave over."""
        values, index = pre.topk(min(AUX_K, len(dead)), dim=1)
        values = values.relu()
        codes = sparse(index, values, len(dead))
        error = (codes @ decoder).float() - residue
        g = (error * (2 * AUX_SHARE / (residue**2).sum())).bfloat16()
        d_dec.index_add_(0, dead, (codes.t() @ g).float())
        d_pre[:, dead] += sparse(index, (g @ decoder.t()).gather(1, index) * (values > 0), len(dead))

    def adam(self, gradients, rate):
        self.steps += 1
        for p, g, m, v in zip(self.parameters, gradients, self.first, self.second):
            m.mul_(0.9).add_(g, alpha=0.1)
            v.mul_(0.999).addcmul_(g, g, value=0.001)
            bias = (v / (1 - 0.999**self.steps)).sqrt() + 1e-12
            p.addcdiv_(m / (1 - 0.9**self.steps), bias, value=-rate)

    def raw(self):
        """The same SAE for activations as they are: the scale moves into biases, rows stay unit."""
        w_enc, b_enc, w_dec, b_dec = (p.clone() for p in self.parameters)
        return {"W_enc": w_enc, "b_enc": b_enc / self.scale, "W_dec": w_dec, "b_dec": b_dec / self.scale}


def train(work, tokens, minutes, seed=1, say=print):
    """Runs until `tokens` or `minutes` are spent; resumes; writes saes.pt."""
    work = Path(work)
    final, checkpoint = work / "saes.pt", work / "saes.checkpoint"
    if final.exists():
        return
    model = LanguageModel()
    model.load_state_dict(torch.load(work / "model.pt")["model"])
    half(model)
    files = corpus.token_files(work, "train")

    def activations(rows):
        ids = torch.from_numpy(rows.draw(BATCH, CONTEXT - 1))
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            taps, _ = model.tapped(ids)
        keep = ids.flatten() != 0
        return {site: taps[site].float().flatten(0, 1)[keep] for site in SITES}

    done, step, before = 0, 0, 0.0
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=False)
        saes = state["saes"]
        done, step, before = state["tokens"], state["step"], state["seconds"]
    else:
        first = [activations(corpus.Rows(files, SHARES, seed + i)) for i in range(4)]
        generator = torch.Generator().manual_seed(seed + 1)
        saes = {}
        for site in SITES:
            x = torch.cat([taps[site] for taps in first])
            mean = x.mean(0)
            scale = float(WIDTH**0.5 / (x - mean).norm(dim=1).mean())
            saes[site] = Sae(mean, scale, generator, FEATURES)
    rows = corpus.Rows(files, SHARES, 1000 * seed + step)
    begun = saved = time.time()
    threads = torch.get_num_threads()
    # The SAEs do not depend on one another: one thread each is faster than several on small products.
    pool = ThreadPoolExecutor(threads, initializer=lambda: torch.set_num_threads(1))
    while True:
        share = max(done / tokens, (before + time.time() - begun) / 60 / minutes)
        if share >= 1:
            break
        fall = 1 if share < FALL_FROM else max(LEAST, (1 - share) / (1 - FALL_FROM))
        taps = activations(rows)
        rate = RATE * min(1, (step + 1) / WARM_UP) * fall
        list(pool.map(lambda site: saes[site].step(taps[site], rate), SITES))
        done, step = done + len(taps[SITES[0]]), step + 1
        if step % 10 == 0:
            errors = " ".join(f"{saes[site].error:.3f}" for site in SITES)
            say(f"SAEs: step {step}, {done} tokens, {100 * share:.0f} %, unexplained {errors}")
        if time.time() - saved > SAVE_EVERY:
            saved = time.time()
            state = {"saes": saes, "tokens": done, "step": step, "seconds": before + saved - begun}
            torch.save(state, f"{checkpoint}.new")
            os.replace(f"{checkpoint}.new", checkpoint)
    torch.save({"saes": {site: saes[site].raw() for site in SITES}, "tokens": done,
                "seconds": before + time.time() - begun}, final)
