"""The recipe's own tests: run where PyTorch is found (see tests/all.mjs)."""

import contextlib
import gzip
import hashlib
import io
import json
import sys
import tempfile
import unicodedata
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))

import corpus  # noqa: E402
import pack  # noqa: E402
import run  # noqa: E402
import sample  # noqa: E402
import stats  # noqa: E402
import tensors  # noqa: E402
import tokenizer  # noqa: E402
import train_model  # noqa: E402
import train_saes  # noqa: E402
import transformer  # noqa: E402

TEXT = "The lamp stood on the sill. It's bright, isn't it?  42 moths flew round_it\n\n\tand – naïvely – 日本 🙂.\n"


def pieces_of(text):
    """What GPT-2's pattern finds, character by character from Unicode's categories; numbers in pairs."""

    def kind(c):
        category = unicodedata.category(c)
        if category[0] in "LN":
            return category[0]
        return "space" if category[0] == "Z" or c in "\t\n\v\f\r\x85" else "other"

    pieces, at = [], 0
    while at < len(text):
        endings = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")
        ending = next((e for e in endings if text.startswith(e, at)), None)
        begin = at + (text[at] == " " and at + 1 < len(text) and kind(text[at + 1]) != "space")
        end = begin + 1
        while end < len(text) and kind(text[end]) == kind(text[begin]):
            if kind(text[begin]) == "N" and end - begin == 2:
                break
            end += 1
        if ending:
            end = at + len(ending)
        elif kind(text[begin]) == "space" and end < len(text) and end - at > 1:
            end -= 1  # the last space goes with what follows it
        pieces.append(text[at:end])
        at = end
    return pieces


class Tokenizer(unittest.TestCase):
    def setUp(self):
        counts = {piece: 5 for piece in tokenizer.PIECES.findall(TEXT * 3)}
        self.encode = tokenizer.Encoder(*tokenizer.train(counts, 300))

    def test_round_trip(self):
        for text in (TEXT, "", " ", "\n\n  x", "ünïcödé __ 1234 '' \"quoted\""):
            self.assertEqual(self.encode.decode(self.encode(text)), text)

    def test_pieces_cover_the_text(self):
        self.assertEqual("".join(tokenizer.PIECES.findall(TEXT)), TEXT)

    def test_pieces_are_those_of_gpt2_but_for_numbers(self):
        for text in (TEXT, "2½ x² Ⅷ 三月 ٣٤ e\u0301a __a_1 a  b \t\n c   ",
                     "I'll we've'S 'd''re' 'tis \u3000\u2028x\x1cy\xa0z",
                     "(\"Oh!\") --- 3,000.50 €5 a\u200bb \r\n\r\n end \n"):
            self.assertEqual(tokenizer.PIECES.findall(text), pieces_of(text))

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
            with mock.patch.object(corpus, "VOCABULARY", 300):
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

    def test_without_books_it_learns_from_generated_stories(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(corpus, "VOCABULARY", 300):
            corpus.prepare(None, folder, stories=40)
            self.assertEqual(list(corpus.token_files(folder, "train")), ["generator"])

    def test_too_little_text_is_said(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(SystemExit):
            corpus.prepare(None, folder, stories=3)

    def test_a_small_pack(self):
        """All stages on invented words, each training cut once and taken up again."""
        sizes = {"HELD_TOKENS": 3000, "LOSS_TOKENS": 300, "MEAN_TOKENS": 1000, "SAMPLED": 6}
        with contextlib.ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            work, out = Path(folder, "work"), Path(folder, "pack")
            for module, values in ((pack, sizes), (stats, {"DRAWS": 300}), (run, {"GENERATED": 20}),
                                   (train_model, {"SAVE_EVERY": -1}),
                                   (train_saes, {"SAVE_EVERY": -1, "BATCH": 2, "FEATURES": 256}),
                                   (corpus, {"HELD_SEEDS": range(9_000_000, 9_000_040)})):
                for name, value in values.items():
                    stack.enter_context(mock.patch.object(module, name, value))
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            words = ["--work", str(work), "--out", str(out), "--threads", str(torch.get_num_threads()),
                     "--model-tokens", "25000", "--sae-tokens", "2000"]
            work.mkdir()
            books = Path(folder, "books")
            books.mkdir()
            rng = np.random.default_rng(5)
            syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
            language = ["".join(rng.choice(syllables, rng.integers(1, 5))) for _ in range(4000)]
            documents = (" ".join(rng.choice(language, 500)) for _ in range(60))
            (books / "invented.txt").write_text("\n<|endoftext|>\n".join(documents))
            corpus.prepare(books, work, stories=200)
            steps = []
            self.cut(train_model.Muon, "step", 2, lambda: run.main(["model", *words]))
            kept = torch.load(work / "model.checkpoint")
            self.assertEqual(kept["step"], 1)
            scale = train_model.scale_at
            seen = lambda step, share: steps.append(step) or scale(step, share)
            with mock.patch.object(train_model, "scale_at", seen):
                run.main(["model", *words])
            self.assertEqual(steps, [1, 2, 3])
            self.cut(train_saes.Sae, "step", 20, lambda: run.main(["saes", *words]))
            run.main(["saes", *words])
            self.assertLess(torch.load(work / "saes.pt")["tokens"], 3000)
            with self.assertRaises(SystemExit):
                run.main(["pack", *words])
            run.main(["pack", *words, "--books", str(books)])
            self.check(out)

    def cut(self, kind, name, calls, job):
        """Runs `job` until `kind.name` is called for the given time, as if it were interrupted there."""
        real, seen = getattr(kind, name), []

        def counted(*args):
            seen.append(args)
            if len(seen) == calls:
                raise KeyboardInterrupt
            return real(*args)

        with mock.patch.object(kind, name, counted), self.assertRaises(KeyboardInterrupt):
            job()

    def check(self, out):
        made = json.loads((out / "pack.json").read_text())
        for name, entry in made["files"].items():
            data = (out / name).read_bytes()
            self.assertEqual((len(data), hashlib.sha256(data).hexdigest()), (entry["bytes"], entry["sha256"]))
        self.assertEqual([line["site"] for line in made["saes"]], transformer.SITES)
        text = tensors.from_bytes((out / "examples.safetensors").read_bytes())
        self.assertTrue((text["tokens"][text["documents"]] == 0).all())
        for line in made["saes"]:
            weights = tensors.from_bytes((out / line["weights"]).read_bytes())
            self.assertEqual(weights["W_dec"].shape, (train_saes.FEATURES, transformer.WIDTH))
            table = tensors.from_bytes(gzip.decompress((out / line["stats"]).read_bytes()))
            fired = table["hist_counts"].sum(1)
            np.testing.assert_allclose(table["density"] * line["stats_tokens"], fired, rtol=1e-4)
            self.assertEqual(table["example_count"].sum(), len(table["example_act"]))
            self.assertEqual((table["max"] == 0).mean(), line["metrics"]["dead"])
            self.assertTrue(np.isfinite(list(line["metrics"].values())).all())
        for site, seen in json.loads((out / "self-test.json").read_text())["codes"].items():
            self.assertIn(site, transformer.SITES)
            self.assertEqual(len(seen["features"]), len(seen["activations"]))


if __name__ == "__main__":
    unittest.main()
