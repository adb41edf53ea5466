"""Puts model, SAEs, statistics, labels and example texts together into a pack folder."""

import gzip
import hashlib
import json
import shutil
import time
from pathlib import Path

import numpy as np
import torch

import coding
import encoders
import examples
import metrics
import names
import stats
from dictionaries import DICTIONARIES
from side_by_side import side_by_side
from tensors import from_bytes, to_bytes
from transformer import CONTEXT, LAYERS, VOCAB, WIDTH, LanguageModel, config, half, hugging_face

#: More than 32 tokens: a runtime's attention has been wrong only where so many are read at once.
SELF_TEST = ("One winter morning the old king went to the market and found a small bird. It sat on a barrel beside the "
             'bread and sang. "Whose bird is this?" asked the king, but nobody knew, so he took it home with him.')

HELD_TOKENS, MEAN_TOKENS, CHECK_TEXTS, NAMING_ROWS = 1_000_000, 100_000, 20, 400


def self_test(model, saes, ids):
    """Fixed tokens, and what PyTorch makes of them in float32."""
    row = torch.tensor([ids])
    with torch.no_grad():
        taps, hidden = model.tapped(row)
        logits = (hidden @ model.e.weight.t())[0, -1]
    last = len(ids) - 1
    shown = logits.topk(16).indices.tolist()
    shown += [i for i in range(7, VOCAB, 251) if i not in shown][: 32 - len(shown)]
    layers = 0, LAYERS // 2, LAYERS - 1
    hooks = "hook_resid_post", "hook_resid_post", "hook_mlp_out"
    chosen = [d.site for d in DICTIONARIES
              if d.id == d.site and int(d.site.split(".")[1]) in layers and not d.site.endswith("resid_pre")]
    codes = {}
    for site in (f"blocks.{layer}.{hook}" for layer, hook in zip(layers, hooks)):
        values, features = saes[site].encode(taps[site][0, -1:])
        order = [i for i in range(saes[site].k) if float(values[0, i]) > 0][:-2]
        codes[site] = {"position": last, "features": features[0, order].tolist(),
                       "activations": values[0, order].tolist()}
    return {
        "ids": ids,
        "logits": {"position": last, "ids": shown, "values": logits[shown].tolist()},
        "taps": {s: {"position": last, "values": taps[s][0, -1].tolist()} for s in chosen},
        "codes": codes,
        "tolerance": {"absolute_rms": 1e-4, "relative": 1e-5},
    }


class Folder:
    """The pack in the making, with every file's size and sha256."""

    def __init__(self, path):
        self.path, self.files = Path(path), {}

    def write(self, name, data):
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.files[name] = {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}

    def json(self, name, value, zipped=False):
        data = json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
        self.write(name, gzip.compress(data, 9, mtime=0) if zipped else data)


def measurements(work, folder):
    """Where codes and losses of the weights in `folder` are kept, for a stage that was cut; others' are deleted."""
    key = hashlib.sha256("".join(f["sha256"] for f in folder.files.values()).encode()).hexdigest()[:16]
    at = Path(work) / "measurements"
    for other in at.glob("*"):
        if other.name != key:
            shutil.rmtree(other)
    (at / key).mkdir(parents=True, exist_ok=True)
    return at / key


def once(path, measure):
    """What `measure()` gives, read from `path` where it is kept already."""
    if not path.exists():
        path.write_text(json.dumps(measure()))
    return json.loads(path.read_text())


def naming(truth, rows, documents, known, starts, decode):
    """(what names SAEs, how many tokens of the held-out rows it takes); `known` is of the generated among the documents."""
    others = [row[row != 0].tolist() for row in rows[:NAMING_ROWS].numpy()]
    generated = iter(known)
    told = [next(generated) if kind == 0 else None for _, kind in documents]
    numbers = range(len(others))
    return names.Naming(truth, others, numbers, [ids for ids, _ in documents], told, starts, decode), sum(map(len, others))


def example_text(model, encode, training_texts, generated, seed):
    documents = examples.documents(model, encode, encode.decode, training_texts, generated, seed)
    starts = np.cumsum([0, *[len(d) for d, _ in documents]])
    text = np.concatenate([d for d, _ in documents]).astype(np.uint16)
    return documents, {"tokens": text, "documents": starts[:-1].astype(np.int32),
                       "kind": np.array([kind for _, kind in documents], np.uint8)}, starts


def check(model, saes, documents):
    """What anybody can measure again from what ships: the metrics on the pack's first generated texts."""
    chosen = [d for d, kind in documents if kind == 0][:CHECK_TEXTS]
    rows, out = coding.padded(chosen), {}
    loss = metrics.losses(model, saes, rows)
    for d in DICTIONARIES:
        fired = ratio = count = 0.0
        for ids, taps in coding.activations(model, rows.split(16)):
            x = taps[d.site]
            values, features = saes[d.id].encode(x)
            error = (x - saes[d.id].decode(values, features)).pow(2).sum(1)
            fired, count = fired + float((values > 0).sum()), count + len(ids)
            ratio += float((error / x.pow(2).sum(1)).double().sum())
        out[d.id] = {"l0": fired / count, "nmse": ratio / count, **loss[d.id]}
    return {"texts": len(chosen), "tokens": sum(len(d) - 1 for d in chosen), "saes": out}


def make(out, work, weights, raw_saes, tokenizer, tokenizer_config, encode, held, characters, training_texts,
         generated, known, truth, abilities, about, seed=7):
    """Everything after training.

    `held` maps a set's name to its tokens, `characters` to its length; `generated` are texts, `known` what is true of them;
    `abilities(model)` is what the model can do.
    """
    begun = time.time()
    note = lambda what: print(f"{time.time() - begun:6.0f} s  {what}", flush=True)
    model = LanguageModel()
    model.load_state_dict(weights)
    half(model)
    folder = Folder(out)
    folder.write("model.safetensors", to_bytes(
        {n: t.numpy().astype(np.float16) for n, t in hugging_face(model).items()}))
    folder.json("tokenizer.json", tokenizer)
    folder.json("tokenizer_config.json", tokenizer_config)
    means, spreads = coding.site_means(model, coding.mixed(held, MEAN_TOKENS, seed))
    saes = {}
    for d in DICTIONARIES:
        data = to_bytes(encoders.rounded(raw_saes[d.id], means[d.site]))
        folder.write(f"saes/{d.id}.safetensors", data)
        saes[d.id] = encoders.opened(from_bytes(data), d)
    note("weights")
    work = measurements(work, folder)
    names = list(held)
    part = {n: held[n][:300_000] for n in names}
    of = lambda n: metrics.bits_per_character(model, part[n], characters[n] * len(part[n]) / len(held[n]))
    bits = dict(zip(names, side_by_side(lambda i: of(names[i]), len(names))))
    note(f"bits per character {bits}")
    able = abilities(model)
    note(f"abilities {able}")
    rows = coding.mixed(held, HELD_TOKENS, seed + 1)
    tokens = rows.flatten()[rows.flatten() != 0].numpy()
    codes, sums = coding.encode(model, saes, rows.split(16), len(tokens), work / "held", means)
    note(f"codes of {len(tokens)} held-out tokens")
    loss = once(work / "losses.json", lambda: metrics.losses(model, saes, rows))
    note("losses")
    documents, text, starts = example_text(model, encode, training_texts, generated, seed)
    folder.write("examples.safetensors", to_bytes(text))
    note(f"{len(documents)} example texts, {len(text['tokens'])} tokens")
    position = np.flatnonzero(text["tokens"] != 0)
    groups = lambda docs: [coding.padded(docs[at : at + 32]) for at in range(0, len(docs), 32)]
    shown, _ = coding.encode(model, saes, groups([d for d, _ in documents]), len(position), work / "examples")
    told, _ = coding.encode(model, saes, groups(truth.documents), len(truth.tokens), work / "truth")
    note(f"codes of the examples, and of {len(truth.tokens)} tokens with their truth")
    namer, taken = naming(truth, rows, documents, known, starts[:-1], encode.decode)
    start_of, end_of = (np.repeat(at, np.diff(starts)) for at in (starts[:-1] + 1, starts[1:]))

    def described(number):
        """One SAE's statistics and names, as the files' bytes, and its entry in pack.json."""
        d = DICTIONARIES[number]
        own = codes[d.id]
        table = stats.feature_table(own.values, own.features, tokens, d.features)
        table.update(stats.together_table(own.values, own.features, d.features))
        table.update(examples.table(shown[d.id].values, shown[d.id].features, d.features, start_of, end_of,
                                    position, table["max"]))
        table.update(stats.token_table(saes[d.id], model.n.g.detach(), model.e.weight.detach()))
        table.update(stats.match_table(saes[d.id], {s: saes[s] for s in stats.upstream(d.site).values()}))
        if d.id == d.site:
            table.update(stats.group_table(d.site, codes, table))
        seen = coding.Together([(told[d.id], len(truth.tokens)), (own, taken)])
        lines, labelled = namer.named(seen, d.features, table)
        entry = {
            "id": d.id, "site": d.site, "cfg": sae_config(d), "weights": f"saes/{d.id}.safetensors",
            "stats": f"stats/{d.id}.safetensors.gz", "stats_tokens": len(tokens),
            "labels": f"labels/{d.id}.json.gz", "null": stats.chance(saes[d.id], seed + 100 + number),
            "metrics": {**metrics.summary(own.values, table["density"], sums[d.id], loss[d.id], spreads[d.site]),
                        "labelled": labelled}}
        return entry, gzip.compress(to_bytes(table), 9, mtime=0), {"labels": lines}

    entries = []
    for entry, table, lines in side_by_side(described, len(DICTIONARIES)):
        folder.write(entry["stats"], table)
        folder.json(entry["labels"], lines, zipped=True)
        entries.append(entry)
        note(f"{entry['id']} {entry['metrics']}")
    folder.json("self-test.json", self_test(model, saes, [0, *encode(SELF_TEST)]))
    measured = {"bits_per_character": bits, "tokens_trained": about["provenance"]["model_tokens"], **able,
                "check": check(model, saes, documents)}
    pack = {
        "format": "undercurrent-pack", "version": "1.0.0", "name": "default", **about,
        "model": {"config": config(), "weights": ["model.safetensors"], "tokenizer": "tokenizer.json",
                  "tokenizer_config": "tokenizer_config.json", "metrics": measured},
        "saes": entries, "examples": "examples.safetensors", "self_test": "self-test.json",
        "files": folder.files}
    (folder.path / "pack.json").write_text(json.dumps(pack, indent="\t", ensure_ascii=False) + "\n")
    note(f"{sum(f['bytes'] for f in folder.files.values())} bytes")
    return pack


def sae_config(dictionary):
    """cfg.json in the words of SAELens 6; KronSAE, which it has not, in the pack's own."""
    heads = dict(zip(("kron_h", "kron_m", "kron_n"), dictionary.heads))
    return {"architecture": "kron" if heads else "topk", "d_in": WIDTH, "d_sae": dictionary.features,
            "k": dictionary.k, **heads, "dtype": "float32", "apply_b_dec_to_input": True,
            "normalize_activations": "none", "reshape_activations": "none",
            "metadata": {"hook_name": dictionary.site, "model_name": "undercurrent-default",
                         "context_size": CONTEXT, "prepend_bos": True}}
