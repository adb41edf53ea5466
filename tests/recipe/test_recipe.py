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
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "models" / "recipe"))

import abilities  # noqa: E402
import coding  # noqa: E402
import corpus  # noqa: E402
import dictionaries  # noqa: E402
import examples  # noqa: E402
import handover  # noqa: E402
import metrics  # noqa: E402
import pack  # noqa: E402
import place  # noqa: E402
import run  # noqa: E402
import sae_learning  # noqa: E402
import sample  # noqa: E402
import stats  # noqa: E402
import tensors  # noqa: E402
import tokenizer  # noqa: E402
import train_model  # noqa: E402
import train_saes  # noqa: E402
import transformer  # noqa: E402
import unwanted  # noqa: E402
from kept import kept  # noqa: E402

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


class Handover(unittest.TestCase):
    def test_a_pack_gives_back_the_model_it_ships(self):
        model = transformer.LanguageModel()
        with tempfile.TemporaryDirectory() as folder:
            shipped = {name: t.numpy().astype(np.float16) for name, t in transformer.hugging_face(model).items()}
            Path(folder, "model.safetensors").write_bytes(tensors.to_bytes(shipped))
            told = {"provenance": {"model_tokens": 8192, "model_steps": 12, "model_seconds": 34}}
            Path(folder, "pack.json").write_text(json.dumps(told))
            handover.take(folder, folder, train_model.FIRST)
            found = kept(Path(folder, train_model.FIRST.result))
        self.assertEqual(set(found["model"]), set(model.state_dict()))
        for name, t in transformer.half(model).state_dict().items():
            torch.testing.assert_close(found["model"][name], t, atol=0, rtol=0)
        self.assertEqual((found["tokens"], found["step"], found["seconds"]), (8192, 12, 34))


class Courses(unittest.TestCase):
    def test_rates_rise_stay_and_fall(self):
        first, second = train_model.FIRST, train_model.SECOND
        late = 10 * train_model.WARM_UP
        self.assertAlmostEqual(train_model.scale_at(0, 0, first), 1 / train_model.WARM_UP)
        self.assertEqual(train_model.scale_at(late, first.fall_from, first), 1)
        self.assertAlmostEqual(train_model.scale_at(late, (1 + first.fall_from) / 2, first), 0.5)
        self.assertAlmostEqual(train_model.scale_at(late, 0.5, second), second.height / 2)
        self.assertAlmostEqual(train_model.scale_at(late, 1, second), second.height * train_model.LEAST)


class Place(unittest.TestCase):
    def test_products_take_the_type_that_the_hardware_multiplies(self):
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder, "cpuinfo")
            self.assertEqual(place.products(torch.device("cpu"), place.flags(told)), torch.float32)
            told.write_text("flags : fpu avx2 avx512f avx512bw\n")
            self.assertEqual(place.products(torch.device("cpu"), place.flags(told)), torch.float32)
            self.assertEqual(place.products(torch.device("cuda"), place.flags(told)), torch.bfloat16)
            told.write_text("flags : fpu avx2 avx512f avx512_bf16\n")
            self.assertEqual(place.products(torch.device("cpu"), place.flags(told)), torch.bfloat16)


class Examples(unittest.TestCase):
    def test_examples_do_not_overlap_and_come_strongest_first(self):
        rng = np.random.default_rng(0)
        positions = np.sort(rng.choice(4000, 300, replace=False))
        values = rng.random(300).astype(np.float32) + 0.1
        starts, ends = (positions // 200) * 200, (positions // 200 + 1) * 200
        chosen = examples.choose(positions, values, starts, ends)
        peaks = [a.max() for *_, a in chosen]
        self.assertEqual(peaks, sorted(peaks, reverse=True))
        self.assertGreaterEqual(len(chosen), 20)
        self.assertAlmostEqual(peaks[0], values.max())


class Sampling(unittest.TestCase):
    def test_reading_on_is_reading_at_once(self):
        torch.manual_seed(6)
        model = transformer.LanguageModel()
        ids = torch.randint(1, 300, (3, 12))
        past = [[] for _ in range(transformer.LAYERS)]
        with torch.no_grad():
            parts = [model.hidden(ids[:, at : at + size], past) for at, size in ((0, 5), (5, 1), (6, 6))]
            torch.testing.assert_close(torch.cat(parts, 1), model.hidden(ids), atol=1e-5, rtol=1e-5)

    def test_copied_and_unwanted_texts_are_dropped(self):
        copied = "one two three four five six seven eight nine ten eleven twelve thirteen"
        own = "a cat and a dog sat by the old door and sang of rain all night"
        kept = sample.keep_own([copied, own, own + " savages", "short"], ["zero " + copied])
        self.assertEqual(kept, [own])

    def test_unwanted_words_are_found_by_their_hashes(self):
        listed = unwanted.read(f"word {unwanted.digest('umbrella')}\nstem {unwanted.digest('teapot')}\n")
        cases = {"An UMBRELLA!": ["umbrella"], "“Ümbrella’s”": ["umbrella"], "the ümbrella": ["umbrella"], "umbrellas": [],
                 "two Teapots, teapotty": ["teapots", "teapotty"], "an um-brella": ["umbrella"],
                 "tea, pot and ateapot": []}
        for text, found in cases.items():
            self.assertEqual(unwanted.found(text, listed), found, text)
        self.assertEqual(unwanted.found("Savages, he said."), ["savages"])
        self.assertGreater(len(unwanted.LISTED["word"] | unwanted.LISTED["stem"]), 90)


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
            def both():
                train_model.train(work, 600, 1, train_model.FIRST, batch=1, say=said.append)
                train_model.train(work, 300, 1, train_model.SECOND, batch=1, say=said.append)
                return kept(work / "first.pt"), kept(work / "model.pt")

            with mock.patch.object(train_model, "SAVE_EVERY", -1):
                first, second = both()
            self.assertGreaterEqual(first["tokens"], 600)
            self.assertGreaterEqual(second["tokens"], first["tokens"] + 300)
            self.assertFalse(torch.equal(first["model"]["e.weight"], second["model"]["e.weight"]))
            last = kept(work / "model.checkpoint")["model"]
            for name, value in second["model"].items():
                torch.testing.assert_close(value, (first["model"][name] + last[name]) / 2)
            for before, after in zip((first, second), both()):
                for name, value in before["model"].items():
                    torch.testing.assert_close(after["model"][name], value)

    def test_without_books_it_learns_from_generated_stories(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(corpus, "VOCABULARY", 300):
            corpus.prepare(None, folder, stories=40)
            for kind in ("train", "held"):
                self.assertEqual(list(corpus.token_files(folder, kind)), ["generator"])

    def test_too_little_text_is_said(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(SystemExit):
            corpus.prepare(None, folder, stories=3)

    def test_what_was_measured_is_kept_for_the_same_weights_only(self):
        with tempfile.TemporaryDirectory() as place:
            made = pack.Folder(Path(place, "pack"))
            measured = []
            for weights in (b"one", b"one", b"other"):
                made.write("model.safetensors", weights)
                at = pack.measurements(Path(place, "work"), made)
                found = pack.once(at / "losses.json", lambda: measured.append(weights) or len(measured))
                self.assertEqual(found, len(measured))
            self.assertEqual(measured, [b"one", b"other"])
            self.assertEqual(list(at.parent.iterdir()), [at])

    def test_a_small_pack(self):
        """All stages on invented words, twice: once each training is cut and taken up again."""
        small = [replace(d, features=64, k=8, heads=d.heads and (8, 2, 4)) for d in dictionaries.DICTIONARIES]
        values = {
            pack: {"HELD_TOKENS": 3000, "MEAN_TOKENS": 1000, "CHECK_TEXTS": 2},
            examples: {"SAMPLED": 6}, stats: {"DRAWS": 300}, run: {"GENERATED": 20},
            abilities: {"PROBES": 3, "STORIES": 3, "LONGEST": 40}, train_model: {"SAVE_EVERY": -1, "BATCH": 2},
            train_saes: {"SAVE_EVERY": -1, "BATCH": 2},
            corpus: {"STORIES": 200, "HELD_SEEDS": range(9_000_000, 9_000_040),
                     "TRUTH_SEEDS": range(9_100_000, 9_100_040)},
        }
        with contextlib.ExitStack() as stack:
            for module, names in values.items():
                for name, value in names.items():
                    stack.enter_context(mock.patch.object(module, name, value))
            for module in (coding, metrics, pack, stats, train_saes):
                stack.enter_context(mock.patch.object(module, "DICTIONARIES", small))
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            books = folder / "books"
            books.mkdir()
            rng = np.random.default_rng(5)
            syllables = [a + b for a in "bdfgklmnprstv" for b in "aeiou"]
            language = ["".join(rng.choice(syllables, rng.integers(1, 5))) for _ in range(4000)]
            documents = (" ".join(rng.choice(language, 500)) for _ in range(60))
            (books / "invented.txt").write_text("\n<|endoftext|>\n".join(documents))
            self.words = ["--threads", "1", "--model-tokens", "1500", "--second-tokens", "600",
                          "--sae-tokens", "2000"]
            packs = [self.made(folder / name, books, cut) for name, cut in (("once", False), ("cut", True))]
            self.check(packs[0], small)
            files = [{p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()} for out in packs]
            self.assertEqual(set(files[0]), set(files[1]))
            for name, data in files[0].items():
                if name.name not in ("pack.json", "README.md"):  # these say how long it took
                    self.assertEqual(data, files[1][name], name)

    def made(self, folder, books, cut):
        folder.mkdir()
        work, out = folder / "work", folder / "pack"
        words = ["--work", str(work), "--out", str(out), *self.words]
        run.main(["corpus", *words, "--books", str(books)])
        if cut:
            self.cut(train_model.Muon, "step", 2, lambda: run.main(["model", *words]))
            self.assertEqual(kept(work / "first.checkpoint")["step"], 1)
        run.main(["model", *words])
        if cut:
            self.cut(sae_learning.Learner, "step", 30, lambda: run.main(["saes", *words]))
        run.main(["saes", *words])
        with self.assertRaises(SystemExit):
            run.main(["pack", *words])
        run.main(["pack", *words, "--books", str(books)])
        return out

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

    def check(self, out, small):
        made = json.loads((out / "pack.json").read_text())
        for name, entry in made["files"].items():
            data = (out / name).read_bytes()
            self.assertEqual((len(data), hashlib.sha256(data).hexdigest()), (entry["bytes"], entry["sha256"]))
        self.assertEqual([line["id"] for line in made["saes"]], [d.id for d in small])
        text = tensors.from_bytes((out / "examples.safetensors").read_bytes())
        self.assertTrue((text["tokens"][text["documents"]] == 0).all())
        for line in made["saes"]:
            weights = tensors.from_bytes((out / line["weights"]).read_bytes())
            self.assertEqual(weights["W_dec"].shape, (64, transformer.WIDTH))
            table = tensors.from_bytes(gzip.decompress((out / line["stats"]).read_bytes()))
            fired = table["hist_counts"].sum(1)
            np.testing.assert_allclose(table["density"] * line["stats_tokens"], fired, rtol=1e-4)
            self.assertEqual(table["example_count"].sum(), len(table["example_act"]))
            measured = line["metrics"]
            self.assertEqual((table["max"] == 0).mean(), measured["dead"])
            self.assertEqual(sum(measured["density_histogram"]["counts"]), (fired > 0).sum())
            numbers = [x for x in measured.values() if not isinstance(x, dict)] + list(measured["labelled"].values())
            self.assertTrue(np.isfinite(numbers).all())
            listed = json.loads(gzip.decompress((out / line["labels"]).read_bytes()))["labels"]
            self.assertTrue(all(0 <= i < 64 and f1 <= 1 for i, _, _, f1, *_ in listed))
            if "group_share" in table:
                totals = table["group_share"].astype(np.float32).sum(1)
                np.testing.assert_allclose(totals[fired > 0], 1, atol=5e-3)
        for site, seen in json.loads((out / "self-test.json").read_text())["codes"].items():
            self.assertIn(site, transformer.SITES)
            self.assertEqual(len(seen["features"]), len(seen["activations"]))
        self.assertIn("## The SAEs", (out / "README.md").read_text())


if __name__ == "__main__":
    unittest.main()
