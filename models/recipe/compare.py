#!/usr/bin/env python3
"""TopK beside JumpReLU at the middle layer: same batches, same mean L0.

    python3 models/recipe/compare.py --work DIR

Needs what the stages `corpus` and `model` left in --work. Prints L0, FVU and CE recovered on held-out text.
"""

import argparse
from functools import partial
from pathlib import Path

import torch

import coding
import corpus
import encoders
import metrics
from dictionaries import DICTIONARIES, MIDDLE
from place import DEVICE, multiplying
from sae_learning import TopK, unit_rows
from train_saes import FIRST, Source, fitted, rate_at

HELD_TOKENS, SEED = 100_000, 1
#: Widths of the kernel that passes a gradient to the thresholds, in units of the scaled input (mean distance √WIDTH).
BANDWIDTHS = (0.1, 0.5, 2.0)
FIRST_THRESHOLD, L0_WEIGHT = 2.0, 0.2


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
        self.adam = torch.optim.Adam(self.parameters, betas=(0.9, 0.999), eps=1e-12)

    def read(self, x):
        """The reconstruction of scaled activations, and which features fired."""
        w_enc, b_enc, log_threshold, w_dec, b_dec = self.parameters
        with multiplying(DEVICE):
            pre = ((x - b_dec) @ w_enc).float() + b_enc
            values, on = Jump.apply(pre, log_threshold.exp(), self.bandwidth)
            return (values @ w_dec).float() + b_dec, on

    def step(self, x, rate):
        x = x * self.scale
        found, on = self.read(x)
        unexplained = ((found - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()
        (unexplained + L0_WEIGHT * (on.sum(1).mean() / self.l0 - 1) ** 2).backward()
        self.adam.param_groups[0]["lr"] = rate
        self.adam.step()
        self.adam.zero_grad()
        w_dec = self.parameters[3]
        with torch.no_grad():
            w_dec /= w_dec.norm(dim=1, keepdim=True)

    @torch.no_grad()
    def outcome(self, x):
        found, on = self.read(x * self.scale)
        return found / self.scale, on


@torch.no_grad()
def topk_outcome(sae, x):
    values, features = sae.encode(x)
    return sae.decode(values, features), torch.zeros(len(x), sae.features).scatter_(1, features, values) > 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=500)
    args = parser.parse_args()
    source = Source(args.work, SEED)
    dictionary = next(d for d in DICTIONARIES if d.id == MIDDLE)
    mean, scale = fitted(torch.cat([source.batch(-1 - i)[MIDDLE] for i in range(FIRST)]))
    fresh = lambda: torch.Generator().manual_seed(SEED)
    saes = {"TopK": TopK(dictionary, mean, scale, fresh())}
    for bandwidth in BANDWIDTHS:
        saes[f"JumpReLU, bandwidth {bandwidth}"] = JumpReLU(
            dictionary.features, dictionary.k, bandwidth, mean, scale, fresh())
    for step in range(args.steps):
        x = source.batch(step)[MIDDLE]
        for sae in saes.values():
            sae.step(x, rate_at(step, step / args.steps))
        if step % 50 == 49:
            print(f"step {step + 1} of {args.steps}", flush=True)
    rows = coding.mixed(corpus.token_files(args.work, "held"), HELD_TOKENS, SEED)
    clean = metrics.loss(source.model, rows)
    zero = metrics.loss(source.model, rows, (MIDDLE, torch.zeros_like))
    x = torch.cat([taps[MIDDLE] for _, taps in coding.activations(source.model, rows[:80].split(16))])
    topk = encoders.exact(saes.pop("TopK").raw(), dictionary)
    outcomes = {"TopK": partial(topk_outcome, topk), **{name: sae.outcome for name, sae in saes.items()}}
    for name, outcome in outcomes.items():
        found, on = outcome(x)
        fvu = float(((found - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum())
        spliced = metrics.loss(source.model, rows, (MIDDLE, lambda x: outcome(x.flatten(0, 1))[0].view(x.shape)))
        silent = 1 - float(on.bool().any(0).float().mean())
        print(f"{name}: L0 {float(on.float().sum(1).mean()):.1f}, FVU {fvu:.4f}, CE recovered "
              f"{(zero - spliced) / (zero - clean):.4f}, silent on {len(x)} tokens {silent:.3f}", flush=True)


if __name__ == "__main__":
    main()
