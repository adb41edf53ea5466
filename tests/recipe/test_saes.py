"""How SAEs learn: their gradients, what pulls those of the last layer, and going on from others."""

import contextlib
import copy
import json
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))

import dictionaries  # noqa: E402
import encoders  # noqa: E402
import handover  # noqa: E402
import place  # noqa: E402
import sae_learning  # noqa: E402
import saying  # noqa: E402
import tensors  # noqa: E402
import train_saes  # noqa: E402
import transformer  # noqa: E402
from kept import kept  # noqa: E402


class Saes(unittest.TestCase):
    KINDS = (dictionaries.Dictionary("a", 256, 16), dictionaries.Dictionary("b@kron", 256, 16, (32, 2, 4)))

    def test_folding_back_the_scale_changes_nothing(self):
        for kind in self.KINDS:
            torch.manual_seed(3)
            sae = sae_learning.learner(kind, torch.randn(transformer.WIDTH), 0.3, torch.Generator().manual_seed(1))
            x = torch.randn(64, transformer.WIDTH) * 5
            for _ in range(5):
                sae.step(x, 1e-3)
            inside = sae.before_top((x * sae.scale - sae.parameters[-1]).to(place.PRODUCTS)) / sae.scale
            raw = sae.raw()
            outside = encoders.exact(raw, kind).before_top(x)
            cosine = torch.nn.functional.cosine_similarity(inside.flatten(), outside.flatten(), dim=0)
            self.assertGreater(float(cosine), 0.9999)  # training may multiply in bfloat16
            torch.testing.assert_close(raw["W_dec"].norm(dim=1), torch.ones(256))

    def test_gradients_are_those_of_the_loss(self):
        for kind in self.KINDS:
            torch.manual_seed(4)
            sae = sae_learning.learner(kind, torch.zeros(transformer.WIDTH), 1.0, torch.Generator().manual_seed(2))
            x = torch.randn(96, transformer.WIDTH)
            before = [p.clone().requires_grad_(True) for p in sae.parameters]
            named = dict(zip(sae.NAMES, before))
            if kind.heads:
                h, m, n = kind.heads
                u = ((x - named["b_dec"]) @ named["W_p"] + named["b_p"]).relu().view(-1, h, m, 1)
                v = ((x - named["b_dec"]) @ named["W_q"] + named["b_q"]).relu().view(-1, h, 1, n)
                pre = (u * v + 1e-12).sqrt().flatten(1)
            else:
                pre = (x - named["b_dec"]) @ named["W_enc"] + named["b_enc"]
            values, index = pre.topk(kind.k, dim=1)
            codes = torch.zeros(96, kind.features).scatter(1, index, values.relu())
            error = codes @ named["W_dec"] + named["b_dec"] - x
            ((error**2).sum() / ((x - x.mean(0)) ** 2).sum()).backward()
            found = []
            sae.adam = lambda gradients, rate: found.extend(g.clone() for g in gradients)
            sae.step(x, 0.0)
            rows = named["W_dec"].detach()
            for name, g, p in zip(sae.NAMES, found, before):
                wanted = p.grad - (p.grad * rows).sum(1, keepdim=True) * rows if name == "W_dec" else p.grad
                cosine = torch.nn.functional.cosine_similarity(g.flatten(), wanted.flatten(), dim=0)
                self.assertGreater(float(cosine), 0.98, name)

    def test_the_last_layer_is_pulled_to_what_the_model_says(self):
        torch.manual_seed(5)
        model = transformer.half(transformer.LanguageModel())
        # So that its last layer matters to what it says, and not one token alone is likely.
        for weight, factor in ((model.e.weight, 10), (model.n.g, 0.1), (model.b[-1].down.weight, 30)):
            weight.data *= factor
        taps, hidden = model.tapped(torch.randint(1, 300, (8, 32)))
        taps = {site: x.flatten(0, 1) for site, x in taps.items()}
        clean = (hidden.flatten(0, 1) @ model.e.weight.t()).double().softmax(1)
        for site, rest in ((saying.LAST_RESIDUAL, 0), (saying.LAST_MLP, taps[saying.LAST_RESIDUAL] - taps[saying.LAST_MLP])):
            def divergence(x):
                spliced = (model.n(rest + x) @ model.e.weight.t()).double().log_softmax(1)
                return (clean * (clean.log() - spliced)).sum(1).mean()

            with mock.patch.object(saying, "multiplying", lambda device: contextlib.nullcontext()):
                pull = saying.pulls(model, taps, 2.0)[site]
                unit = float(taps[site].std())
                x = taps[site] + 0.5 * unit * torch.randn_like(taps[site])
                found = pull(x)
            toward = 0.1 * unit * found / found.norm()
            slope = float(divergence(x + toward) - divergence(x - toward)) / 2
            self.assertAlmostEqual(float((found * toward).sum()) / slope, 2, delta=0.02)
            self.assertLess(float(pull(taps[site]).norm()), 1e-2 * float(found.norm()))

            sae = sae_learning.learner(self.KINDS[0], x.mean(0), 1.0, torch.Generator().manual_seed(1))
            for _ in range(100):
                sae.step(taps[site], 1e-3)
            alone, ends = copy.deepcopy(sae), []
            for _ in range(100):
                sae.step(taps[site], 3e-4, lambda x: 50 * pull(x))  # this model's divergences are small
                alone.step(taps[site], 3e-4)
            for one in (sae, alone):
                one.step(taps[site], 0, lambda x: ends.append(float(divergence(x))) or torch.zeros_like(x))
            self.assertLess(ends[0], 0.8 * ends[1], site)
        self.assertEqual(saying.pulls(model, taps, 0), {})

    def test_saes_go_on_from_those_that_a_pack_ships(self):
        for kind in self.KINDS:
            x = 5 * torch.randn(64, transformer.WIDTH) + torch.randn(transformer.WIDTH)
            first, second = (sae_learning.learner(kind, x.mean(0), scale, torch.Generator().manual_seed(seed))
                             for seed, scale in ((1, 0.3), (2, 0.4)))
            for _ in range(5):
                first.step(x, 1e-3)
            with tempfile.TemporaryDirectory() as folder, mock.patch.object(handover, "DICTIONARIES", [kind]):
                Path(folder, "saes").mkdir()
                Path(folder, f"saes/{kind.id}.safetensors").write_bytes(
                    tensors.to_bytes(encoders.rounded(first.raw(), x.mean(0))))
                Path(folder, "pack.json").write_text(
                    json.dumps({"provenance": {"sae_tokens": 4096, "sae_seconds": 56}}))
                handover.take_saes(folder, folder)
                found = kept(Path(folder, train_saes.START))
            self.assertEqual((found["tokens"], found["seconds"]), (4096, 56))
            second.take(found["saes"][kind.id])
            for name, before in first.raw().items():
                after = second.raw()[name]
                self.assertLess(float((after - before).norm() / before.norm().clamp_min(1e-6)), 0.01, name)


if __name__ == "__main__":
    unittest.main()
