#!/usr/bin/env python3
"""TopK beside JumpReLU at the middle layer: same batches, same mean L0.

    python3 models/recipe/compare.py --work DIR

Needs what the stages `corpus` and `model` left in --work. Prints L0, FVU and CE recovered on held-out text.
"""

import argparse
from pathlib import Path

import torch

import coding
import corpus
import encoders
import metrics
from dictionaries import DICTIONARIES, MIDDLE
from place import CPU, DEVICE, multiplying
from sae_learning import TopK, unit_rows
from train_saes import FIRST, Source, fitted, rate_at

HELD_TOKENS = 100_000
#: Widths of the kernel that passes a gradient to the thresholds, in units of the scaled input (mean distance √WIDTH).
BANDWIDTHS = (0.5, 2.0, 8.0)
#: Chosen in runs of 100 and 300 steps, the best of 1 and 2, of 0.2 and 1, and of 1, 10 and 30: the budget is short, and
#: thresholds that learn at the rate of the weights hardly move in it.
FIRST_THRESHOLD, L0_WEIGHT, THRESHOLD_RATE = 2.0, 1.0, 30


class Jump(torch.autograd.Function):
    """Values, pre where it exceeds its threshold; steps, 1 there. Gradients as Rajamanoharan et al., 2407.14435."""

    @staticmethod
    def forward(context, pre, threshold, bandwidth):
        on = (pre > threshold).float()
        context.save_for_backward(pre, threshold, on)
        context.bandwidth = bandwidth
        return pre * on, on

    @staticmethod
    def backward(context, d_values, d_steps):
        pre, threshold, on = context.saved_tensors
        near = ((pre - threshold).abs() < context.bandwidth / 2).float() / context.bandwidth
        return d_values * on, -(near * (threshold * d_values + d_steps)).sum(0), None


class JumpReLU:
    """Learns by the squared error as a share of the variance, and a penalty for a mean L0 other than `l0` (ibid.)."""

    def __init__(self, features, l0, bandwidth, mean, scale, generator):
        rows = unit_rows(features, generator)
        self.scale, self.l0, self.bandwidth = scale, l0, bandwidth
        thresholds = torch.full((features,), FIRST_THRESHOLD).log()
        start = (rows.t().clone(), torch.zeros(features), thresholds, rows, mean * scale)
        self.parameters = [p.to(DEVICE).requires_grad_() for p in start]
        groups = [{"params": [p], "times": THRESHOLD_RATE if p is self.parameters[2] else 1} for p in self.parameters]
        self.adam = torch.optim.Adam(groups, betas=(0.9, 0.999), eps=1e-12)

    def step(self, x, rate):
        x = x * self.scale
        w_enc, b_enc, log_threshold, w_dec, b_dec = self.parameters
        with multiplying(DEVICE):
            pre = ((x - b_dec) @ w_enc).float() + b_enc
            values, on = Jump.apply(pre, log_threshold.exp(), self.bandwidth)
            found = (values @ w_dec).float() + b_dec
        unexplained = ((found - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()
        (unexplained + L0_WEIGHT * (on.sum(1).mean() / self.l0 - 1) ** 2).backward()
        for group in self.adam.param_groups:
            group["lr"] = rate * group["times"]
        self.adam.step()
        self.adam.zero_grad()
        with torch.no_grad():
            w_dec /= w_dec.norm(dim=1, keepdim=True)

    def settled(self):
        """What it makes of activations, in float32: the reconstruction, and which features fired."""
        w_enc, b_enc, log_threshold, w_dec, b_dec = (p.detach().to(CPU, copy=True) for p in self.parameters)

        def outcome(x):
            pre = (x * self.scale - b_dec) @ w_enc + b_enc
            on = pre > log_threshold.exp()
            return ((pre * on) @ w_dec + b_dec) / self.scale, on

        return outcome


def settled_topk(learner, dictionary):
    sae = encoders.exact(learner.raw(), dictionary)

    def outcome(x):
        values, features = sae.encode(x)
        return sae.decode(values, features), torch.zeros(len(x), sae.features).scatter_(1, features, values) > 0

    return outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    source = Source(args.work, args.seed)
    dictionary = next(d for d in DICTIONARIES if d.id == MIDDLE)
    mean, scale = fitted(torch.cat([source.batch(-1 - i)[MIDDLE] for i in range(FIRST)]))
    fresh = lambda: torch.Generator().manual_seed(args.seed)
    topk = TopK(dictionary, mean, scale, fresh())
    jumps = {f"JumpReLU, bandwidth {b}": JumpReLU(dictionary.features, dictionary.k, b, mean, scale, fresh())
             for b in BANDWIDTHS}
    for step in range(args.steps):
        x = source.batch(step)[MIDDLE]
        for sae in (topk, *jumps.values()):
            sae.step(x, rate_at(step, step / args.steps))
        if step % 50 == 49:
            print(f"step {step + 1} of {args.steps}", flush=True)
    model, rows = source.model.to(CPU), coding.mixed(corpus.token_files(args.work, "held"), HELD_TOKENS, 1)
    outcomes = {"TopK": settled_topk(topk, dictionary), **{name: sae.settled() for name, sae in jumps.items()}}
    spliced = lambda outcome: (MIDDLE, lambda x: outcome(x)[0])
    clean, zero, *losses = metrics.cross_entropies(
        model, rows, [(MIDDLE, torch.zeros_like), *map(spliced, outcomes.values())])
    x = torch.cat([taps[MIDDLE] for _, taps in coding.activations(model, rows[:80].split(16))])
    for (name, outcome), loss in zip(outcomes.items(), losses):
        found, on = outcome(x)
        fvu = float(((found - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum())
        silent = 1 - float(on.any(0).float().mean())
        print(f"{name}: L0 {float(on.float().sum(1).mean()):.1f}, FVU {fvu:.4f}, CE recovered "
              f"{(zero - loss) / (zero - clean):.4f}, silent on {len(x)} tokens {silent:.3f}", flush=True)


if __name__ == "__main__":
    main()
