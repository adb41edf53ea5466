"""SmolLM2's SAEs: the file read, the text laid out, TopK's gradients, and going on where it was."""

import copy
import importlib.util
import shutil
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

RECIPE = Path(__file__).resolve().parents[2] / "models" / "recipe"
sys.path[:0] = [str(RECIPE), str(RECIPE / "smollm2")]

NEEDED = all(map(importlib.util.find_spec, ("gguf", "tokenizers"))) and shutil.which("g++")

if NEEDED:
    import encoders
    import ending
    import kernels
    import opened
    import rows
    import texts
    import topk
    from dictionaries import Dictionary
    from small_llama import small


def made(features=96, k=6, width=64, seed=1):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(256, width, generator=generator) * 5 + torch.randn(width, generator=generator)
    return topk.TopK(features, k, *topk.fitted(x), generator), x


@unittest.skipUnless(NEEDED, "gguf, tokenizers or g++ is missing")
class Smol(unittest.TestCase):
    def test_rows_of_a_head_come_back_as_halves(self):
        rows_of, heads = torch.arange(24.0).view(12, 2).numpy(), 3
        pairs = rows_of.reshape(heads, 2, 2, 2).swapaxes(1, 2).reshape(12, 2)  # as llama.cpp's converter has it
        np.testing.assert_array_equal(opened.halves(pairs, heads), rows_of)

    def test_the_ending_pulls_to_what_the_model_says(self):
        model, _ = small(3)
        ids = torch.randint(20, 300, (4, 24))
        keep = rows.learnt(ids)
        with torch.no_grad():
            taps = dict(enumerate(model.residuals(ids)))
        for layer in (0, 2):
            end = ending.Ending(model, taps, keep, 2.0, 1, 1)
            self.assertEqual(end.asked, [1])
            end.listen(1)
            pull, x, places = end.pull(layer), taps[layer][1][keep[1]], end.places[1]
            self.assertEqual(places[0].nonzero().flatten().tolist(), list(range(1, 24, ending.PLACE)))

            def divergence(x):
                spliced = taps[layer][1:2].clone()
                spliced[keep[1:2]] = x
                for spliced in model.onward(spliced, layer + 1):
                    pass
                clean, told = (model.said(e)[places].double().log_softmax(1) for e in (taps[2][1:2], spliced))
                return float((clean.exp() * (clean - told)).sum(1).mean())

            self.assertIsNone(pull(0, x))
            x = x + 0.3 * x.std() * torch.randn_like(x)
            found = pull(1, x)
            toward = 0.02 * x.norm() * found / found.norm()
            slope = (divergence(x + toward) - divergence(x - toward)) / 2
            self.assertAlmostEqual(float((found * toward).sum()) / slope, 2, delta=0.1)
            self.assertLess(float(pull(1, taps[layer][1][keep[1]]).norm()), 1e-2 * float(found.norm()))

    def test_the_pass_is_that_of_transformers(self):
        if not importlib.util.find_spec("transformers"):
            self.skipTest("transformers is missing")
        import transformers

        ours, tensors = small(3)
        theirs = transformers.LlamaForCausalLM(transformers.LlamaConfig(**opened.hugging_face(ours.shape))).eval()
        theirs.load_state_dict({n: torch.from_numpy(a) for n, a in tensors.items()}, strict=False)
        ids = torch.randint(0, 300, (2, 40))
        with torch.no_grad():
            torch.testing.assert_close(ours.logits(ids), theirs(ids).logits, rtol=1e-4, atol=1e-4)

    def test_top_takes_the_largest_also_where_some_are_equal_or_too_few(self):
        torch.manual_seed(2)
        pre = (torch.randn(40, 3000) * 4).round().to(torch.bfloat16)
        pre[0], pre[1] = -1, pre[1].clamp_max(0)
        pre[1, 77] = 3
        index, value = torch.empty(40, 9, dtype=torch.int32), torch.empty(40, 9)
        kernels.call("top", pre, 40, 3000, 9, index, value)
        wanted = pre.float().topk(9, dim=1).values.relu()
        torch.testing.assert_close(value.sort(1, descending=True).values, wanted)
        found = pre.float().gather(1, index.long()).where(value > 0, 0)
        torch.testing.assert_close(found, value)
        self.assertTrue(all(len(set(row[v > 0].tolist())) == int((v > 0).sum()) for row, v in zip(index, value)))

    def test_gradients_are_those_of_the_loss(self):
        sae, x = made()
        x[:9] *= 20  # far ones count less
        before = [p[0].clone().requires_grad_() for p in (sae.encoder, sae.bias, sae.decoder, sae.centre)]
        encoder, bias, decoder, centre = before
        scaled = x * sae.scale
        pre = (scaled - centre) @ encoder.t() + bias
        values, index = pre.topk(sae.k, dim=1)
        codes = torch.zeros_like(pre).scatter(1, index, values.relu())
        weight = (topk.FAR * 8 / (scaled - centre.detach()).norm(dim=1)).clamp_max(1).square()[:, None]
        mean = (weight * scaled).sum(0) / weight.sum()
        loss = (weight * (codes @ decoder + centre - scaled) ** 2).sum() / (weight * (scaled - mean) ** 2).sum()
        pulled = torch.randn(len(x), 64)
        told = codes @ decoder + centre
        (loss + (told / sae.scale * pulled).sum() * 1e-3).backward()
        sae.step(x, 0.0, lambda part, reconstruction: pulled * 1e-3)
        self.assertAlmostEqual(sae.error, float(loss.detach()), delta=0.01)
        for p, wanted in zip((sae.encoder, sae.bias, sae.decoder, sae.centre), before):
            g, rows_of = wanted.grad, wanted.detach()
            if p is sae.decoder:
                g = g - (g * rows_of).sum(1, keepdim=True) * rows_of
            self.assertGreater(float(F.cosine_similarity(p[1].flatten(), g.flatten(), dim=0)), 0.98)
            self.assertAlmostEqual(float(10 * p[1].norm() / g.norm()), 1, delta=0.02)

    def test_dead_features_learn_what_is_left_over(self):
        sae, x = made()
        for _ in range(20):
            sae.step(x, 1e-3)
        sae.bias[0][:16] = -100
        sae.silent[:16] = topk.DEAD_AFTER + 1
        before = sae.bias[0][:16].clone()
        for _ in range(topk.AUX_PART):
            sae.step(x, 1e-3)
        self.assertEqual(int((sae.silent[:16] > topk.DEAD_AFTER).sum()), 16)
        sae.bias[0][:16] = 0.01
        for _ in range(topk.AUX_PART):
            sae.step(x, 1e-3)
        self.assertFalse(torch.equal(before, sae.bias[0][:16]))
        self.assertTrue(all(torch.isfinite(p).all() for p in sae.encoder + sae.decoder + sae.bias))

    def test_what_is_stored_is_what_was_learnt(self):
        sae, x = made()
        for _ in range(30):
            sae.step(x, 1e-3)
        raw = sae.raw()
        stored = encoders.exact(raw, Dictionary("a", 96, 6))
        inside = sae.before_top((x * sae.scale - sae.centre[0]).to(topk.HALF)).float() / sae.scale
        self.assertGreater(float(F.cosine_similarity(inside.flatten(), stored.before_top(x).flatten(), dim=0)), 0.9999)
        torch.testing.assert_close(raw["W_dec"].norm(dim=1), torch.ones(96))
        error = (stored.decode(*stored.encode(x)) - x).square().sum() / (x - x.mean(0)).square().sum()
        sae.error = None
        sae.step(x, 0.0)
        self.assertAlmostEqual(float(error), sae.error, delta=0.02)

    def test_it_goes_on_bit_for_bit(self):
        sae, x = made()
        for _ in range(3):
            sae.step(x, 1e-3)
        other = topk.TopK.of(copy.deepcopy(sae.state()))
        for one in (sae, other):
            for _ in range(3):
                one.step(x, 1e-3)
        for name, value in sae.state().items():
            if isinstance(value, list):
                self.assertTrue(all(map(torch.equal, value, other.state()[name])), name)

    def test_every_window_is_read_once_and_reading_goes_on_where_it_was(self):
        class Words:
            def encode(self, text):
                return type("Found", (), {"ids": [1, 500, 2] if "system" in text else [2, 501, 1]})

        with tempfile.TemporaryDirectory() as folder:
            body = rows.WINDOW - 1
            for kind in ("article", "code"):
                tokens = np.repeat(np.arange(20, 60), body).astype(np.uint16)
                tokens.tofile(Path(folder, f"{kind}.train"))
            whole = rows.Rows(folder, Words(), 3)
            drawn = [whole.draw(step, 4) for step in range(10)]
            first = rows.Rows(folder, Words(), 3)
            for step in range(5):
                first.draw(step, 4)
            second = rows.Rows(folder, Words(), 3, dict(first.taken))
            for step in range(5, 10):
                self.assertTrue(torch.equal(second.draw(step, 4), drawn[step]))
            reader = rows.Rows(folder, Words(), 3)
            seen = [int(reader.next_of("article")[5]) for _ in range(40)]
            self.assertEqual(sorted(seen), list(range(20, 60)))

    def test_a_conversation_keeps_the_text_and_its_marks_are_not_learnt(self):
        window = np.arange(rows.WINDOW) + 100
        found = rows.conversation(window, [1, 300, 2], [2, 301, 1], 10)
        self.assertEqual(len(found), rows.WINDOW)
        self.assertEqual(found[:18].tolist(), [1, 300, 2, *range(101, 111), 2, 301, 1, 111, 112])
        keep = rows.learnt(torch.from_numpy(found)[None])[0]
        self.assertEqual([i for i in range(18) if not keep[i]], [0, 2, 13, 15])

    def test_the_tokens_of_a_kind_stand_one_after_the_other(self):
        class Letters:
            def encode_batch(self, texts):
                return [type("Found", (), {"ids": [ord(c) for c in text]}) for text in texts]

        with tempfile.TemporaryDirectory() as folder:
            for file, kind, text in (("a", "story", "one"), ("b", "story", "two")):
                Path(folder, f"{file}.txt").write_text(text)
            texts.prepare(folder, Path(folder, "data"), Letters(), say=lambda line: None)
            found = [texts.token_files(Path(folder, "data"), part).get("story", []) for part in ("train", "held")]
        both = [chr(c) if c else "|" for part in found for c in part]
        self.assertEqual(sorted("".join(both).strip("|").split("|")), ["one", "two"])


if __name__ == "__main__":
    unittest.main()
