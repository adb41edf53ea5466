"""What is shown of SmolLM2's SAEs: the model as stored, texts it writes, what is true of texts, and names that hold."""

import importlib.util
import shutil
import sys
import unittest
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch

RECIPE = Path(__file__).resolve().parents[2] / "models" / "recipe"
sys.path[:0] = [str(RECIPE), str(RECIPE / "smollm2"), str(RECIPE / "smollm2" / "shown")]

NEEDED = all(map(importlib.util.find_spec, ("gguf", "tokenizers", "textblob"))) and shutil.which("g++")

if NEEDED:
    import gguf
    import gguf.quants
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    import about
    import held
    import labels
    import naming
    import opened
    import prompts
    import shown_texts
    import stored
    import tagged
    import writing
    from small_llama import small


def bytes_of(words):
    return [word.encode() for word in words]


@unittest.skipUnless(NEEDED, "gguf, tokenizers, textblob or g++ is missing")
class Shown(unittest.TestCase):
    def test_stored_blocks_stand_for_the_numbers_that_were_read(self):
        shape = SimpleNamespace(heads=2, kv_heads=1)
        kinds = gguf.GGMLQuantizationType
        rows = np.random.default_rng(1).normal(size=(8, 64)).astype(np.float32)
        made = [SimpleNamespace(name=f"blk.0.{part}.weight", tensor_type=kind, data=gguf.quants.quantize(rows[:n], kind))
                for part, kind, n in (("attn_q", kinds.Q4_1, 8), ("attn_k", kinds.Q8_0, 4), ("ffn_down", kinds.Q4_1, 8))]
        made.append(SimpleNamespace(name="blk.0.attn_norm.weight", tensor_type=kinds.F32, data=rows[0]))
        reader = SimpleNamespace(tensors=made)
        wide, found = opened.weights(reader, shape), stored.tensors(reader, shape)
        self.assertEqual(sorted(found), ["model.layers.0.input_layernorm.weight", "model.layers.0.mlp.down_proj.weight.q4_1",
                                         "model.layers.0.self_attn.k_proj.weight.q8_0", "model.layers.0.self_attn.q_proj.weight.q4_1"])
        for name, array in found.items():
            plain, _, kind = name.rpartition(".")
            if kind != "weight":
                self.assertEqual((array.dtype, array.shape), (np.uint8, (len(wide[plain]), {"q4_1": 40, "q8_0": 68}[kind])))
                np.testing.assert_array_equal(gguf.dequantize(array, kinds[kind.upper()]), wide[plain])

    def test_the_tokenizer_puts_the_head_in_front_and_reads_as_before(self):
        letters = sorted(pre_tokenizers.ByteLevel.alphabet())
        plain = Tokenizer(models.BPE({t: i for i, t in enumerate(["<|im_start|>", *letters, "he"])}, [("h", "e")]))
        plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        plain.decoder = decoders.ByteLevel()
        import json
        made = Tokenizer.from_str(json.dumps(stored.tokenizer_json(plain, 0)))
        self.assertEqual(made.encode("he said").ids, [0, *plain.encode("he said").ids])

    def test_keys_and_values_kept_say_what_a_whole_pass_says(self):
        (model, _), ids = small(2), torch.randint(17, 300, (3, 9))
        whole, cache = model.logits(ids), writing.Cache(model, 3, 9)
        for at in range(9):
            torch.testing.assert_close(cache.step(model, ids[:, at], at), whole[:, at], atol=2e-4, rtol=2e-4)

    def test_texts_begin_with_their_prompts_and_hold_nothing_special(self):
        begun = [[1, 20, 21, 22], [1, 30]]
        for text, prompt in zip(writing.written(small(2)[0], begun, 12, torch.Generator().manual_seed(1)), begun):
            self.assertEqual(text[: len(prompt)], prompt)
            self.assertTrue(all(i >= 17 for i in text[len(prompt) :]))

    def test_openings_are_of_every_kind_and_the_same_again(self):
        found = prompts.openings(300, 5)
        self.assertEqual(found, prompts.openings(300, 5))
        self.assertEqual({kind for kind, *_ in found}, set(prompts.SHARES))
        self.assertGreater(len({text for *_, text in found}), 200)

    def test_what_a_system_says_is_shown_a_few_times(self):
        talk = ("chat", None, [1, 40, 41, 42, 43], 3)
        plain = SimpleNamespace(encode=lambda text: SimpleNamespace(ids=[50, 51]))
        shown = shown_texts.Shown([talk] * (shown_texts.SYSTEM_SHOWN + 1), plain)
        per_text = np.add.reduceat(shown.shown, shown.starts[:-1])
        self.assertEqual(per_text[: shown_texts.SYSTEM_SHOWN + 1].tolist(), [4] * shown_texts.SYSTEM_SHOWN + [2])
        rows, inside = zip(*shown.rows(5))
        self.assertEqual(sum(int(i.sum()) for i in inside), len(shown.tokens))
        self.assertEqual(torch.cat([r[i] for r, i in zip(rows, inside)]).tolist(), shown.tokens.tolist())

    def test_rules_tell_what_is_true_of_a_text(self):
        text = "She walked to Paris in 1998.\nThe band played a song, and the singer sang 12 songs."
        found = tagged.concepts(text, "article")
        of = lambda name: [text[a:b] for a, b in found.get(name, [])]
        self.assertEqual(of("number: year"), ["1998"])
        self.assertEqual(of("class: city"), ["Paris"])
        self.assertEqual(of("line break"), ["\n"])
        self.assertIn("walked", of("part of speech: verb: past"))
        self.assertIn("songs", of("word for music"))
        self.assertEqual(of("first word of a sentence"), ["She", "The"])
        self.assertEqual(of("sentence about music"), ["The band played a song, and the singer sang 12 songs."])
        self.assertIn("code: keyword", tagged.concepts("def f(x):\n    return x\n", "code", "py"))

    def test_spans_touch_tokens(self):
        spans = np.array([(0, 2), (2, 4), (4, 7)])
        self.assertEqual(held.touched(spans, [(1, 3), (5, 6)]).tolist(), [0, 1, 2])
        self.assertEqual(held.touched(spans, [(2, 4)]).tolist(), [1])

    def test_halves_are_halves_of_documents_and_other_texts_keep_the_numbers(self):
        words = bytes_of(["", "One", " two", " 1998", "."])
        texts = [([1, 2, 3, 4], "article", None)] * 60
        told = held.Told(texts, words, [f"d{i // 3}" for i in range(60)])
        halves = told.document.reshape(60, 4)[:, 0] % 2
        self.assertTrue((halves.reshape(20, 3) == halves[::3, None]).all())
        self.assertIn("number: year", told.names)
        other = held.Told([([3], "article", None)], words, None, told.names)
        self.assertEqual(other.names, told.names)
        self.assertIn(told.names.index("number: year"), other.concept)

    def test_letters_cut_in_two_keep_their_length(self):
        words = [b"a", "é".encode()[:1], "é".encode()[1:]]
        self.assertEqual(held.text_of([0, 1, 2, 0], words), "aéa")
        self.assertEqual(held.text_of([2, 0, 1], words), "?a?")

    def test_a_name_that_its_examples_contradict_is_seen(self):
        words = bytes_of(["", "One", " two", " 1998", "."])
        told = held.Told([([1, 2, 3, 4], "article", None)] * 60, words)
        families = labels.Families(told, lambda ids: "x")
        shown = held.Told([([1, 3, 4], "article", None)] * 5, words, None, told.names)
        starts = np.arange(6) * 4  # a head and three tokens each
        table = {"example_at": np.array([[2, 6, 10, 14, 18], [1, 5, 9, 13, 17], [2, 6, -1, -1, -1]])}
        peaks = naming.Peaks(shown, naming.same_things(families, shown), table, starts)
        year = 0, told.names.index("number: year")
        self.assertEqual((peaks.holds(0, year), peaks.holds(1, year), peaks.holds(2, year)), (1.0, 0.0, None))
        self.assertEqual(peaks.holds(1, (2, year[1])), 1.0)  # what comes next
        self.assertEqual((peaks.matches(0, [(3,)]), peaks.matches(1, [(3,)]), peaks.matches(0, [(1, 3)])), (1.0, 0.0, 1.0))

    def test_the_course_leaves_out_what_was_given_up(self):
        layers = " ".join(f"{layer}:0.{i + 1}" for i, layer in enumerate(about.LAYERS))
        line = lambda tokens, rate, told=layers: f"12:00:00 step 1 tokens {tokens} rate {rate} FVU {told} dead 0.000"
        log = "\n".join([line(100, "1.00e-03", "2:0.5 29:0.5"), line(100, "1.00e-03"), line(900, "1.00e-03"), line(400, "1.00e-03"),
                         line(800, "3.00e-05"), "stopped"])
        found = about.course(log)
        self.assertEqual([found[0][0], found[-1][0], found[-1][1]], [100, 800, 3e-5])
        self.assertNotIn(900, [tokens for tokens, *_ in found])
        self.assertEqual(found[0][2][about.LAYERS[1]], 0.2)


if __name__ == "__main__":
    unittest.main()
