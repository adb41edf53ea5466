"""What is measured of SAEs beside one another: JumpReLU's gradients, and losses with an edit at a site."""

import sys
import unittest
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))

import compare  # noqa: E402
import metrics  # noqa: E402
import train_saes  # noqa: E402
import transformer  # noqa: E402


class Comparison(unittest.TestCase):
    def test_thresholds_get_the_slope_of_the_mean(self):
        torch.manual_seed(1)
        pre, threshold = torch.randn(200_000, 1), torch.tensor([0.7])
        mean = lambda t: float(((pre * 3 + 2) * (pre > t)).mean())
        wanted = (mean(threshold + 0.05) - mean(threshold - 0.05)) / 0.1
        for bandwidth in (0.05, 0.2):
            moved = threshold.clone().requires_grad_()
            values, on = compare.Jump.apply(pre, moved, bandwidth)
            (values * 3 + on * 2).mean().backward()
            self.assertAlmostEqual(float(moved.grad) / wanted, 1, delta=0.05)

    def test_jumprelu_learns_at_the_l0_asked_for(self):
        torch.manual_seed(2)
        directions = F.normalize(torch.randn(100, transformer.WIDTH), dim=1)
        batch = lambda: ((torch.rand(512, 100) < 0.06) * (1 + torch.rand(512, 100))) @ directions
        x = batch()
        sae = compare.JumpReLU(200, 6, 2.0, *train_saes.fitted(x), torch.Generator().manual_seed(1))
        for _ in range(300):
            sae.step(batch(), 3e-3)
        found, on = sae.settled()(x)
        self.assertLess(float(((found - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()), 0.5)
        self.assertAlmostEqual(float(on.float().sum(1).mean()), 6, delta=1.5)

    def test_losses_are_those_of_whole_passes_with_the_edit(self):
        torch.manual_seed(3)
        model = transformer.half(transformer.LanguageModel())
        model.e.weight.data *= 5  # so that every site matters to what it says
        for block in model.b:
            for part in (block.qkv, block.o, block.gu, block.down):
                part.weight.data *= 5
        rows = torch.randint(1, transformer.VOCAB, (6, 24))
        rows[:, 0] = 0
        rows[1, 15:] = 0
        edit = lambda x: 3 * x.roll(1, -1)
        edits = [(site, edit) for site in transformer.SITES]
        clean, *found = metrics.cross_entropies(model, rows, edits)
        inside = lambda x: torch.where((rows == 0)[..., None], x, edit(x))
        targets = rows[:, 1:].masked_fill(rows[:, 1:] == 0, -1).flatten()
        for loss, site in zip((clean, *found), (None, *transformer.SITES)):
            tap = lambda at, x: inside(x) if at == site else x
            hidden = model.onward(tap(transformer.EMBEDDING, model.e(rows)), tap)[:, :-1].flatten(0, 1)
            whole = F.cross_entropy(hidden @ model.e.weight.t(), targets, ignore_index=-1)
            self.assertAlmostEqual(loss, float(whole), 4)
        self.assertGreater(min(abs(loss - clean) for loss in found), 1e-2)


if __name__ == "__main__":
    unittest.main()
