"""Puts model, SAEs, statistics and example texts together into a pack folder."""

import gzip
import hashlib
import json
import time
from pathlib import Path

import numpy as np
import torch

import sample as sampling
import stats
from tensors import from_bytes, to_bytes
from transformer import CONTEXT, LAYERS, SITES, VOCAB, WIDTH, LanguageModel, config, hugging_face

K = 32
HELD_TOKENS, LOSS_TOKENS, MEAN_TOKENS, SAMPLED = 200_000, 20_000, 60_000, 384


def half(model):
    """What ships is float16: everything after is computed with these weights, as float32."""
    for p in model.parameters():
        p.data = p.data.half().float()
        p.requires_grad_(False)
    return model


def mixed(held, count, seed):
    """Rows from every held-out set in equal parts, shuffled."""
    rows = [stats.windows(tokens) for tokens in held.values()]
    share = count // (CONTEXT - 1) // len(rows) + 1
    rng = np.random.default_rng(seed)
    chosen = [r[torch.from_numpy(rng.permutation(len(r))[:share])] for r in rows]
    together = torch.cat(chosen)
    return together[torch.from_numpy(rng.permutation(len(together)))]


def bits_per_character(model, tokens, characters):
    """−log2 p of the held-out tokens over the characters of their text; windows of 255 after BOS."""
    rows = stats.windows(tokens)
    total, count = 0.0, 0
    for at in range(0, len(rows), 16):
        ids = rows[at : at + 16]
        with torch.no_grad():
            logits = model.hidden(ids)[:, :-1].flatten(0, 1) @ model.e.weight.t()
            total += float(torch.nn.functional.cross_entropy(
                logits, ids[:, 1:].flatten(), reduction="sum"))
        count += ids[:, 1:].numel()
    return total / count / np.log(2) * len(tokens) / characters


def example_documents(model, encode, decode, training_texts, generated, seed):
    """(documents as ids that begin with 0, kind of each: 0 generator, 1 model)."""
    prompts = [[0, *encode(text)] for text in sampling.openings(SAMPLED, seed)]
    texts = [decode(ids) for ids in sampling.sample(model, prompts, seed=seed)]
    kept = sampling.keep_own([t.strip() for t in texts], training_texts)
    documents = [([0, *encode(text)][:200], 1) for text in kept]
    documents += [([0, *encode(text)][:200], 0) for text in generated]
    return documents


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
    chosen = [s for s in SITES if int(s.split(".")[1]) in layers]
    codes = {}
    hooks = "hook_resid_post", "hook_resid_post", "hook_mlp_out"
    for site in (f"blocks.{layer}.{hook}" for layer, hook in zip(layers, hooks)):
        values, features = saes[site].encode(taps[site][0, -1:])
        order = [i for i in range(K) if float(values[0, i]) > 0][: K - 2]
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

    def json(self, name, value):
        self.write(name, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode())


def make(out, weights, raw_saes, tokenizer, tokenizer_config, encode, decode, held, characters,
         training_texts, generated, about, seed=7):
    """Everything after training. `held` maps a set's name to its tokens, `characters` to its length."""
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
    means = stats.site_means(model, mixed(held, MEAN_TOKENS, seed))
    saes = {}
    for site in SITES:
        data = to_bytes(stats.rounded(raw_saes[site], means[site]))
        folder.write(f"saes/{site}.safetensors", data)
        saes[site] = stats.Sae(from_bytes(data), K)
    note("weights")
    bits = {n: bits_per_character(model, t[:300_000], characters[n] * min(1, 300_000 / len(t)))
            for n, t in held.items()}
    note(f"bits per character {bits}")
    rows = mixed(held, HELD_TOKENS, seed + 1)
    found, sums = stats.codes(model, saes, rows, means, len(rows))
    note("codes")
    loss = stats.losses(model, saes, mixed(held, LOSS_TOKENS, seed + 2))
    note("losses")
    documents = example_documents(model, encode, decode, training_texts, generated, seed)
    starts = np.cumsum([0, *[len(d) for d, _ in documents]])
    text = np.concatenate([d for d, _ in documents]).astype(np.uint16)
    folder.write("examples.safetensors", to_bytes({
        "tokens": text, "documents": starts[:-1].astype(np.int32),
        "kind": np.array([kind for _, kind in documents], np.uint8)}))
    note(f"{len(documents)} example texts, {len(text)} tokens")
    shown = example_codes(model, saes, documents)
    start_of = np.repeat(starts[:-1] + 1, np.diff(starts))
    end_of = np.repeat(starts[1:], np.diff(starts))
    position = np.flatnonzero(text != 0)
    entries = []
    for number, site in enumerate(SITES):
        values, features = found[site]
        table = stats.feature_table(values, features, saes[site].features)
        table.update(stats.example_table(*shown[site], saes[site].features, start_of, end_of, position))
        table.update(stats.token_table(saes[site], model))
        table.update(stats.match_table(site, saes))
        name = f"stats/{site}.safetensors.gz"
        folder.write(name, gzip.compress(to_bytes(table), 9, mtime=0))
        ratio, error, spread, tokens = sums[site]
        metrics = {"l0": float((values > 0).sum() / len(values)), "nmse": ratio / tokens,
                   "fvu": error / spread, **loss[site],
                   "dead": float((table["density"] == 0).mean()), "tokens": len(values)}
        entries.append({
            "id": site, "site": site, "cfg": sae_config(site, saes[site].features),
            "weights": f"saes/{site}.safetensors", "stats": name, "stats_tokens": len(values),
            "null": stats.chance(saes[site], seed + 100 + number), "metrics": metrics})
        note(f"{site} {metrics}")
    folder.json("self-test.json", self_test(model, saes, [0, *encode(
        "One winter morning the old king went to the market and found a small bird.")]))
    pack = {
        "format": "undercurrent-pack", "version": "1.0.0", "name": "default", **about,
        "model": {"config": config(), "weights": ["model.safetensors"], "tokenizer": "tokenizer.json",
                  "tokenizer_config": "tokenizer_config.json",
                  "metrics": {"bits_per_character": bits, "tokens_trained": about["provenance"]["model_tokens"]}},
        "saes": entries, "examples": "examples.safetensors", "self_test": "self-test.json",
        "files": folder.files}
    (folder.path / "pack.json").write_text(json.dumps(pack, indent="\t", ensure_ascii=False) + "\n")
    note(f"{sum(f['bytes'] for f in folder.files.values())} bytes")


def example_codes(model, saes, documents, batch=32):
    """Codes of the example texts, special tokens left out, in the order of the text."""
    parts = {site: ([], []) for site in SITES}
    for at in range(0, len(documents), batch):
        group = [d for d, _ in documents[at : at + batch]]
        ids = torch.zeros(len(group), max(map(len, group)), dtype=torch.long)
        for row, document in enumerate(group):
            ids[row, : len(document)] = torch.tensor(document)
        with torch.no_grad():
            taps, _ = model.tapped(ids)
        keep = ids.flatten() != 0
        for site in SITES:
            values, features = saes[site].encode(taps[site].flatten(0, 1)[keep])
            parts[site][0].append(values.numpy())
            parts[site][1].append(features.numpy().astype(np.uint16))
    return {site: tuple(np.concatenate(p) for p in pair) for site, pair in parts.items()}


def sae_config(site, features):
    """cfg.json in the words of SAELens 6."""
    return {"architecture": "topk", "d_in": WIDTH, "d_sae": features, "k": K, "dtype": "float32",
            "apply_b_dec_to_input": True, "normalize_activations": "none",
            "reshape_activations": "none",
            "metadata": {"hook_name": site, "model_name": "undercurrent-default",
                         "context_size": CONTEXT, "prepend_bos": True}}
