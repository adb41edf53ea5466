"""Ten steps of learning by autograd and torch.optim.Adam in float64: tests/fixtures/train/steps.safetensors.

    python3 tests/golden/train.py
"""
import pathlib

import torch
from safetensors.torch import save_file

OUT = pathlib.Path(__file__).parent.parent / "fixtures" / "train" / "steps.safetensors"
WIDTH, FEATURES, K, TOKENS, STEPS = 24, 96, 6, 64, 10
SCALE, DEAD_AFTER, AUX_K, AUX_SHARE, FAR = 0.7, 150, 256, 1 / 32, 2.5
RATES = [1e-3 * min(1, (step + 1) / 3) for step in range(STEPS)]


def begin():
    torch.manual_seed(11)
    rows = torch.randn(FEATURES, WIDTH)
    rows /= rows.norm(dim=1, keepdim=True)
    encoder = rows + 0.05 * torch.randn(FEATURES, WIDTH)
    # Some features are far from ever being chosen: they die, and AuxK teaches them.
    bias = torch.where(torch.arange(FEATURES) % 5 == 0, -3.0, 0.0) + 0.1 * torch.randn(FEATURES)
    return {"encoder": encoder, "decoder": rows, "bias": bias, "centre": 0.2 * torch.randn(WIDTH)}


def batches():
    hidden = torch.randn(40, WIDTH)
    codes = torch.randn(STEPS, TOKENS, 40).relu() * (torch.rand(STEPS, TOKENS, 40) < 0.15)
    x = codes @ hidden + 0.3 * torch.randn(STEPS, TOKENS, WIDTH)
    x[:, 3] *= 12  # one token far from the others
    return x


def loss_of(p, x, silent):
    u = x * SCALE - p["centre"]
    with torch.no_grad():
        weight = (FAR**2 * WIDTH / (u**2).sum(1)).clamp(max=1)
        mean = (weight[:, None] * u).sum(0) / weight.sum()
        spread = (weight * ((u - mean) ** 2).sum(1)).sum()
    pre = u @ p["encoder"].T + p["bias"]
    values, index = pre.topk(K, dim=1)
    second = pre.topk(K + 1, dim=1).values
    gap = float((second[:, K - 1] - second[:, K]).min())
    values = values.relu()
    error = torch.zeros_like(pre).scatter(1, index, values) @ p["decoder"] + p["centre"] - x * SCALE
    loss = (weight * (error**2).sum(1)).sum() / spread
    with torch.no_grad():
        silent += len(x)
        silent[index[values > 0]] = 0
        dead = (silent > DEAD_AFTER).nonzero().flatten()
    if len(dead):
        residue = (-error * weight.sqrt()[:, None]).detach()
        own, places = pre[:, dead].topk(min(AUX_K, len(dead)), dim=1)
        codes = torch.zeros(len(x), len(dead), dtype=pre.dtype).scatter(1, places, own.relu())
        loss = loss + AUX_SHARE * ((codes @ p["decoder"][dead] - residue) ** 2).sum() / (residue**2).sum()
    return loss, len(dead), gap


def main():
    first = {name: value.float() for name, value in begin().items()}
    x = batches().float()
    p = {name: value.double().requires_grad_(True) for name, value in first.items()}
    adam = torch.optim.Adam(p.values(), betas=(0.9, 0.999), eps=1e-12)
    silent = torch.zeros(FEATURES)
    for step in range(STEPS):
        loss, dead, gap = loss_of(p, x[step].double(), silent)
        print(f"step {step}: loss {float(loss):.4f}, {dead} dead, closest call {gap:.1e}")
        assert gap > 1e-6
        adam.zero_grad()
        loss.backward()
        with torch.no_grad():
            rows, slope = p["decoder"], p["decoder"].grad
            slope -= (slope * rows).sum(1, keepdim=True) * rows
            adam.param_groups[0]["lr"] = RATES[step]
            adam.step()
            rows /= rows.norm(dim=1, keepdim=True)
    assert dead > 0
    out = {f"before.{name}": value for name, value in first.items()}
    out |= {f"after.{name}": value.detach().float().contiguous() for name, value in p.items()}
    OUT.parent.mkdir(exist_ok=True)
    save_file(out | {"x": x.contiguous(), "rates": torch.tensor(RATES), "silent": silent.float()}, OUT)


if __name__ == "__main__":
    main()
