"""The recipe's own tests: run where PyTorch is found (see tests/all.mjs)."""

import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))

import corpus  # noqa: E402
import sample  # noqa: E402
import stats  # noqa: E402
import tensors  # noqa: E402
import tokenizer  # noqa: E402
import train_model  # noqa: E402
import train_saes  # noqa: E402
import transformer  # noqa: E402

TEXT = "The lamp stood on the sill. It's bright, isn't it?  42 moths flew round_it\n\n\tand – naïvely – 日本 🙂.\n"


class Tokenizer(unittest.TestCase):
    def setUp(self):
        counts = {piece: 5 for piece in tokenizer.PIECES.findall(TEXT * 3)}
        self.encode = tokenizer.Encoder(*tokenizer.train(counts, 300))

    def test_round_trip(self):
        for text in (TEXT, "", " ", "\n\n  x", "ünïcödé __ 1234 '' \"quoted\""):
            self.assertEqual(self.encode.decode(self.encode(text)), text)

    def test_pieces_cover_the_text(self):
        self.assertEqual("".join(tokenizer.PIECES.findall(TEXT)), TEXT)

    def test_merges_are_used(self):
        self.assertLess(len(self.encode(TEXT)), len(TEXT.encode()))
        self.assertEqual(len(set(self.encode.vocabulary)), len(self.encode.vocabulary))


class Tensors(unittest.TestCase):
    def test_round_trip(self):
        before = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array([1, 2, 3], np.int8),
                  "c": np.array([[7]], np.uint16)}
        after = tensors.from_bytes(tensors.to_bytes(before))
        for name, a in before.items():
            np.testing.assert_array_equal(after[name], a)


class Saes(unittest.TestCase):
    def test_folding_back_the_scale_changes_nothing(self):
        torch.manual_seed(3)
        sae = train_saes.Sae(torch.randn(transformer.WIDTH), 0.3, torch.Generator().manual_seed(1))
        x = torch.randn(64, transformer.WIDTH) * 5
        for _ in range(5):
            sae.step(x, 1e-3)
        w_enc, b_enc, w_dec, b_dec = sae.parameters
        inside = ((x * sae.scale - b_dec) @ w_enc + b_enc) / sae.scale
        raw = sae.raw()
        outside = (x - raw["b_dec"]) @ raw["W_enc"] + raw["b_enc"]
        torch.testing.assert_close(inside, outside, rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(raw["W_dec"].norm(dim=1), torch.ones(train_saes.FEATURES))

    def test_gradients_are_those_of_the_loss(self):
        torch.manual_seed(4)
        sae = train_saes.Sae(torch.zeros(transformer.WIDTH), 1.0, torch.Generator().manual_seed(2))
        x = torch.randn(96, transformer.WIDTH)
        before = [p.clone().requires_grad_(True) for p in sae.parameters]
        w_enc, b_enc, w_dec, b_dec = before
        values, index = ((x - b_dec) @ w_enc + b_enc).topk(train_saes.K, dim=1)
        codes = torch.zeros(96, train_saes.FEATURES).scatter(1, index, values.relu())
        (((codes @ w_dec + b_dec - x) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()).backward()
        found = []
        sae.adam = lambda gradients, rate: found.extend(g.clone() for g in gradients)
        sae.step(x, 0.0)
        wanted = [p.grad for p in before]
        wanted[2] = wanted[2] - (wanted[2] * w_dec.detach()).sum(1, keepdim=True) * w_dec.detach()
        for g, w in zip(found, wanted):
            cosine = torch.nn.functional.cosine_similarity(g.flatten(), w.flatten(), dim=0)
            self.assertGreater(float(cosine), 0.98)

    def test_examples_do_not_overlap_and_come_strongest_first(self):
        rng = np.random.default_rng(0)
        positions = np.sort(rng.choice(4000, 300, replace=False))
        values = rng.random(300).astype(np.float32) + 0.1
        starts, ends = (positions // 200) * 200, (positions // 200 + 1) * 200
        chosen = stats.choose(positions, values, starts, ends)
        peaks = [a.max() for *_, a in chosen]
        self.assertEqual(peaks, sorted(peaks, reverse=True))
        self.assertGreaterEqual(len(chosen), 10)
        self.assertAlmostEqual(peaks[0], values.max())


class Sampling(unittest.TestCase):
    def test_copied_and_unwanted_texts_are_dropped(self):
        copied = "one two three four five six seven eight nine ten eleven twelve thirteen"
        own = "a cat and a dog sat by the old door and sang of rain all night"
        kept = sample.keep_own([copied, own, own + " savages", "short"], ["zero " + copied])
        self.assertEqual(kept, [own])


class Stages(unittest.TestCase):
    def test_training_resumes_where_it_stopped(self):
        with tempfile.TemporaryDirectory() as folder:
            books, work = Path(folder, "books"), Path(folder, "work")
            books.mkdir(), work.mkdir()
            text = "\n<|endoftext|>\n".join(f"Story {i}. " + TEXT * 12 for i in range(40))
            (books / "own.txt").write_text(text)
            corpus.VOCABULARY = 300
            corpus.prepare(books, work, stories=20)
            held, train = (corpus.token_files(work, kind)["own"] for kind in ("held", "train"))
            self.assertGreater(len(train), len(held))
            said = []
            train_model.train(work, 600, 1, batch=1, say=said.append)
            state = torch.load(work / "model.pt")
            self.assertGreaterEqual(state["tokens"], 600)
            before = {k: v.clone() for k, v in state["model"].items()}
            train_model.train(work, 600, 1, batch=1, say=said.append)
            after = torch.load(work / "model.pt")["model"]
            for name, value in before.items():
                torch.testing.assert_close(after[name], value)


if __name__ == "__main__":
    unittest.main()
