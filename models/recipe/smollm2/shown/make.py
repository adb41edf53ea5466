#!/usr/bin/env python3
"""From SAEs that have learnt to the pack: statistics, names, example texts, metrics and the card.

    make.py WORK TEXT OUT [--saes CHECKPOINT] [--share 1.0]

WORK/data is what `texts.py` made of TEXT. What takes long is kept in WORK/pack, and made anew for other SAEs.
"""

import argparse
import gzip
import hashlib
import json
import pickle
import time
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFReader

import about
import encoders
import examples
import held as held_text
import measured
import naming
import opened
import stats
from kept import kept
from layers import LAYERS, dictionary
from llama import Llama
from pack import Folder, once
from rows import HEAD, WINDOW
from shown_texts import Shown, sampled
from side_by_side import side_by_side
from stored import PART, config, sae_config, tensors, tokenizer_config, tokenizer_json
from tensors import from_bytes, to_bytes
from topk import TopK
from train import LAST

NAME, MODEL = "smollm2", "HuggingFaceTB/SmolLM2-135M-Instruct"
SEED, CHECKED = 21, 20
SELF_TEST = ("The Rhine is a river in Europe. It rises in the Swiss Alps, flows north through Germany for 865 km and reaches the "
             'North Sea near Rotterdam. "How long is it?" she asked in 1998, and def length(river): return 1233 was his answer.')
SELF_TESTED = (2, 14, 28)


def in_parts(folder, name):
    """Cuts a file that is longer than hosts allow."""
    whole = folder.path / name
    data = whole.read_bytes()
    parts = [data[at : at + PART] for at in range(0, len(data), PART)]
    for i, part in enumerate(parts):
        (folder.path / f"{name.replace('.gz', '-gz')}.part{i}").write_bytes(part)
    whole.unlink()
    folder.files[name]["parts"] = [len(part) for part in parts]


def self_test(model, saes, tokenizer):
    """Fixed tokens, and what PyTorch makes of them in float32."""
    ids = [HEAD, *tokenizer.encode(SELF_TEST).ids]
    with torch.no_grad():
        taps = list(model.residuals(torch.tensor([ids])))
        logits = model.said(taps[-1][:, -1])[0]
    last, shown = len(ids) - 1, logits.topk(16).indices.tolist()
    shown += [i for i in range(7, len(logits), len(logits) // 17) if i not in shown][: 32 - len(shown)]
    codes = {}
    for layer in SELF_TESTED:
        sae = saes[layer]
        values, features = sae.encode(taps[layer][0, -1:])
        # The last ones might give way to others where numbers are rounded otherwise.
        sure = [i for i in range(sae.k) if float(values[0, i]) > 0][:-2]
        codes[dictionary(layer).id] = {"position": last, "features": features[0, sure].tolist(),
                                       "activations": values[0, sure].tolist()}
    return {"ids": ids, "logits": {"position": last, "ids": shown, "values": logits[shown].tolist()},
            "taps": {dictionary(layer).site: {"position": last, "values": taps[layer][0, -1].tolist()} for layer in SELF_TESTED},
            "codes": codes, "tolerance": {"absolute_rms": 1e-4, "relative": 1e-5}}


def pickled(path, make):
    if not path.exists():
        path.write_bytes(pickle.dumps(make()))
    return pickle.loads(path.read_bytes())


def short(numbers):
    """float32 is all that the numbers of a description have."""
    if isinstance(numbers, dict):
        return {name: short(value) for name, value in numbers.items()}
    return float(f"{numbers:.7g}") if isinstance(numbers, float) else numbers


class Maker:
    """What does not depend on SAEs: model, texts and what is true of them."""

    def __init__(self, work, corpus, out, share=1.0):
        self.begun, self.work, self.folder = time.time(), work / "pack", Folder(out)
        self.work.mkdir(parents=True, exist_ok=True)
        self.log = (work / "log.txt").read_text() if (work / "log.txt").exists() else ""
        reader = GGUFReader(opened.shipped())
        self.metadata = opened.fields(reader)
        self.shape, self.tokenizer = opened.shape(self.metadata), opened.tokenizer(self.metadata)
        weights = opened.weights(reader, self.shape)
        self.model, self.exact = Llama(self.shape, weights), Llama(self.shape, weights, torch.float32)
        self.stored = tensors(reader, self.shape)
        self.vocabulary = held_text.spelled(self.tokenizer)
        self.held = held_text.Held(work / "data", share)
        key = f"{len(self.held.ids)}"
        self.means = pickled(self.work / f"means-{key}", lambda: measured.means(self.model, self.held))
        self.note("means")
        self.shown = Shown(sampled(self.work / "texts.json", self.model, self.tokenizer, corpus, self.note), self.tokenizer)
        self.truth = pickled(self.work / f"told-{key}", lambda: held_text.told(self.held, self.vocabulary))
        texts = [(ids[1:], kind, what) for kind, what, ids, _ in self.shown.texts]
        self.shown_truth = pickled(self.work / f"shown-told-{key}", lambda: held_text.Told(texts, self.vocabulary, None, self.truth.names))
        self.note(f"{len(self.shown.texts)} example texts of {len(self.shown.tokens)} tokens, {len(self.truth.tokens)} tokens of "
                  f"held-out text, {len(self.truth.names)} concepts")

    def note(self, what):
        print(f"{time.time() - self.begun:6.0f} s  {what}", flush=True)

    def decode(self, ids):
        return b"".join(self.vocabulary[i] for i in ids).decode("utf-8", "replace")

    def write_model(self):
        folder = self.folder
        folder.write("model.safetensors", to_bytes(self.stored))
        in_parts(folder, "model.safetensors")
        folder.json("tokenizer.json", tokenizer_json(self.tokenizer, HEAD))
        folder.json("tokenizer_config.json", tokenizer_config(self.metadata))
        folder.write("examples.safetensors", to_bytes(self.shown.file()))

    def write_saes(self, state):
        saes = {}
        for layer in LAYERS:
            d = dictionary(layer)
            data = to_bytes(encoders.rounded(TopK.of(state["saes"][layer]).raw(), self.means[layer]))
            self.folder.write(f"saes/{d.id}.safetensors", data)
            saes[layer] = encoders.opened(from_bytes(data), d)
        key = hashlib.sha256("".join(self.folder.files[f"saes/{dictionary(layer).id}.safetensors"]["sha256"]
                                     for layer in LAYERS).encode()).hexdigest()[:16]
        return saes, self.work / key

    def describe(self, state):
        saes, kept_here = self.write_saes(state)
        self.note(f"weights; kept in {kept_here.name}")
        codes, tokens, sums = measured.read(self.model, saes, self.held, kept_here / f"held-{len(self.held.ids)}", self.note)
        self.note(f"{len(tokens)} held-out tokens read")
        shown, place = measured.examples(self.exact, saes, self.shown, kept_here / "shown", self.note)
        starts = self.shown.starts
        start_of, end_of = (np.repeat(at, np.diff(starts)) for at in (starts[:-1] + 1, starts[1:]))
        blank = self.tokenizer.token_to_id("Ġ_")
        gain, unembedding = self.model.norm, self.model.embedding

        def described(number):
            """One SAE's statistics and names, as the files' bytes, and its entry in pack.json; kept as soon as they are there."""
            here = f"{len(self.held.ids)}-{LAYERS[number]}"
            entry, table, *_ = pickled(kept_here / f"described-{here}", lambda: counted(number))
            lines, labelled = pickled(kept_here / f"named-{here}", lambda: named(number, from_bytes(gzip.decompress(table))))
            entry["metrics"]["labelled"] = short(labelled)
            return entry, table, lines

        def named(number, table):
            layer = LAYERS[number]
            return naming.named(self.model, saes[layer], dictionary(layer), layer, self.truth, codes[layer], (self.shown_truth, starts),
                                table, self.decode, self.vocabulary, blank)

        def counted(number):
            layer = LAYERS[number]
            d, sae, own = dictionary(layer), saes[layer], codes[layer]
            table = stats.feature_table(own.values, own.features, tokens, d.features)
            table.update(stats.together_table(own.values, own.features, d.features))
            table.update(examples.table(shown[layer].values, shown[layer].features, d.features, start_of, end_of, place, table["max"]))
            table.update(stats.token_table(sae, gain, unembedding))
            table.update(stats.match_table(sae, {dictionary(l).id: saes[l] for l in LAYERS[max(0, number - 1) : number]}))
            entry = {
                "id": d.id, "site": d.site, "cfg": sae_config(d, self.shape.width, WINDOW, MODEL),
                "weights": f"saes/{d.id}.safetensors", "stats": f"stats/{d.id}.safetensors.gz", "stats_tokens": len(tokens),
                "labels": f"labels/{d.id}.json.gz", "null": stats.chance(sae, SEED + 100 + number),
                "metrics": short(measured.summary(own, table["density"], sums, layer))}
            return entry, gzip.compress(to_bytes(table), 9, mtime=0)

        entries = []
        for entry, table, lines in side_by_side(described, len(LAYERS)):
            self.folder.write(entry["stats"], table)
            self.folder.json(entry["labels"], lines, zipped=True)
            entries.append(entry)
            m = entry["metrics"]
            self.note(f"{entry['id']} FVU {m['fvu']:.3f} CE recovered {m['ce_recovered']:.3f} dead {m['dead']:.4f} "
                      f"{ {k: v if k == 'alive' else round(v, 3) for k, v in m['labelled'].items()} }")
        generated = [ids for (_, _, ids, _), kind in zip(self.shown.texts, self.shown.kinds) if kind == 0][:CHECKED]
        checked = once(kept_here / "check.json", lambda: measured.check(self.exact, saes, generated))
        self.note("check")
        self.folder.json("self-test.json", self_test(self.exact, saes, self.tokenizer))
        return entries, short(checked)

    def pack(self, state):
        self.write_model()
        entries, checked = self.describe(state)
        listed = {kind: self.held.kind.count(kind) * (WINDOW - 1) for kind in dict.fromkeys(self.held.kind)}
        made = {
            "format": "undercurrent-pack", "version": "1.0.0", "name": NAME, **about.words(state, listed, self.shown, self.log),
            "model": {"config": config(self.metadata, opened.hugging_face(self.shape)), "weights": ["model.safetensors"],
                      "tokenizer": "tokenizer.json", "tokenizer_config": "tokenizer_config.json", "metrics": {"check": checked}},
            "saes": entries, "examples": "examples.safetensors", "self_test": "self-test.json", "files": self.folder.files}
        (self.folder.path / "pack.json").write_text(json.dumps(made, indent="\t", ensure_ascii=False) + "\n")
        (self.folder.path / "README.md").write_text(about.card(made))
        self.note(f"{sum(f['bytes'] for f in self.folder.files.values())} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("text", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--saes", type=Path)
    parser.add_argument("--share", type=float, default=1.0, help="of the held-out rows, for a trial")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    Maker(args.work, args.text, args.out, args.share).pack(kept(args.saes or args.work / LAST))


if __name__ == "__main__":
    main()
