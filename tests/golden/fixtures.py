"""The micro models and their SAEs: seeded, untrained, of sensible scale."""
import numpy as np
import torch

import kron
from bpe import Tokenizer
from reference import Reference
from saes import Sae
from tensors import stored, widened

WHO = "the ferryman|a tired baker|my cousin Ada|the old clockmaker|our café owner|the lighthouse keeper".split("|")
DID = "carried|painted|forgot|couldn't find|traded|quietly mended|counted|dropped".split("|")
WHAT = "seven brass keys|a green lantern|the wet map|twelve pears|a box of nails|the naïve parrot|3 ropes".split("|")
WHERE = "by the harbour|under the stairs|near the frozen mill|before breakfast|in 1904|behind the theatre".split("|")
THEN = "and nobody asked why|because the bell had rung|while it's raining|so we'll wait|but the gulls knew".split("|")

MORE = """When the tide turned over, a dozen paper boats set off without their captain. I've never met a goose that
could read; they're better at listening. Would you rather own a mountain or borrow an orchestra? Her umbrella, which
had once belonged to a general, opened only on Thursdays. Please leave the soup outside, the moon isn't hungry yet.
Between 10 and 12 o'clock the whole village practised whistling: first the teachers, then the tailors, then the goats.
"Don't shout," whispered the library, "somebody is growing in chapter nine." Every invention begins as a complaint."""

BASE = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": 64,
    "num_hidden_layers": 3, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
    "intermediate_size": 112, "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "bos_token_id": 0,
    "eos_token_id": 0, "attention_bias": False, "torch_dtype": "float32",
}
# site[@name], architecture, d_sae, stored as, apply_b_dec_to_input, normalize_activations, more
TIED = [
    ("blocks.0.hook_resid_pre", "topk", 192, "I8", True, "none", {"k": 8}),
    ("blocks.0.hook_resid_post", "topk", 192, "F16", True, "none", {"k": 8}),
    ("blocks.1.hook_attn_out", "jumprelu", 128, "F32", False, "none", {}),
    ("blocks.1.hook_mlp_out", "gated", 128, "F16", True, "none", {}),
    ("blocks.1.hook_resid_post", "topk", 192, "I8", True, "none", {"k": 8}),
    ("blocks.1.hook_resid_post@wide", "topk", 4096, "I8", True, "none", {"k": 32}),
    ("blocks.2.hook_mlp_out", "standard", 150, "F16", False, "none", {}),
    ("blocks.2.hook_resid_post", "topk", 192, "I8", False, "none", {"k": 8}),
    ("blocks.1.hook_resid_post@kron", "kron", 192, "I8", True, "none",
     {"k": 8, "kron_h": 24, "kron_m": 2, "kron_n": 4}),
]
UNTIED = [
    ("blocks.0.hook_resid_pre", "gated", 96, "I8", False, "none", {}),
    ("blocks.0.hook_attn_out", "topk", 192, "I8", False, "none", {"k": 8}),
    ("blocks.0.hook_mlp_out", "standard", 128, "F16", True, "layer_norm", {}),
    ("blocks.1.hook_resid_post", "topk", 192, "I8", True, "constant_norm_rescale", {"k": 8}),
    ("blocks.2.hook_attn_out", "gated", 100, "I8", False, "none", {}),
    ("blocks.2.hook_resid_post", "jumprelu", 128, "I8", True, "none", {}),
]
PACKS = {
    "llama-tied": dict(seed=20, vocab=512, tied=True, theta=10000.0, stored=np.float16, saes=TIED, pairs=False),
    "llama-untied": dict(seed=16, vocab=300, tied=False, theta=50000.0, stored=np.float32, saes=UNTIED, pairs=True),
}


def sentences(rng, count):
    """Invented text of one sentence each."""
    pick = lambda words: words[rng.integers(len(words))]
    out = []
    for _ in range(count):
        line = f"{pick(WHO)} {pick(DID)} {pick(WHAT)} {pick(WHERE)}"
        line += f", {pick(THEN)}." if rng.random() < 0.6 else pick(".!?")
        out.append(line[0].upper() + line[1:])
    return out


def tokenizer(size):
    return Tokenizer([" ".join(sentences(np.random.default_rng(5), 40)), MORE], size)


def documents(words, rng, count, longest):
    """Token sequences, each beginning with token 0 and of `longest` tokens at most."""
    return [words.encode(" ".join(sentences(rng, 3)))[:longest] for _ in range(count)]


def model(spec, rng):
    """config.json and the weights as stored. Scales: scores of spread 2, a stream that every block changes."""
    config = {**BASE, "vocab_size": spec["vocab"], "rope_theta": spec["theta"], "tie_word_embeddings": spec["tied"]}
    d, inner, vocab = config["hidden_size"], config["intermediate_size"], spec["vocab"]
    kv = config["num_key_value_heads"] * config["head_dim"]
    normal = lambda rows, columns, gain: rng.normal(size=(rows, columns)) * gain / np.sqrt(columns)
    gains = lambda negative=0.1: rng.uniform(0.5, 1.6, d) * np.where(rng.random(d) < negative, -1, 1)
    # Half of the final gains negative: tied embeddings would otherwise answer every token with itself.
    weights = {"model.embed_tokens.weight": rng.normal(size=(vocab, d)) * 0.3, "model.norm.weight": gains(0.5)}
    for layer in range(config["num_hidden_layers"]):
        name = f"model.layers.{layer}."
        weights[name + "input_layernorm.weight"] = gains()
        weights[name + "post_attention_layernorm.weight"] = gains()
        for part, rows, columns, gain in (
            ("self_attn.q_proj", d, d, 1.3), ("self_attn.k_proj", kv, d, 1.3), ("self_attn.v_proj", kv, d, 1.0),
            ("self_attn.o_proj", d, d, 0.6), ("mlp.gate_proj", inner, d, 1.4), ("mlp.up_proj", inner, d, 1.0),
            ("mlp.down_proj", d, inner, 0.5),
        ):
            weights[f"{name}{part}.weight"] = normal(rows, columns, gain)
    if not spec["tied"]:
        weights["lm_head.weight"] = normal(vocab, d, 2.5)
    return config, {name: array.astype(spec["stored"]) for name, array in weights.items()}


def streams(config, weights, docs):
    """Activations of every site over the documents, special tokens left out."""
    llama, parts = Reference(config, widened(weights)), {}
    for ids in docs:
        for site, h in llama.taps(ids)[1].items():
            parts.setdefault(site, []).append(h[1:].numpy())
    return {site: np.concatenate(rows) for site, rows in parts.items()}


def dictionary(rng, x, centre, size, borrowed):
    """Decoder rows: blurred directions of the data; `borrowed` rows of upstream SAEs in front, for flow."""
    rows = x[rng.integers(len(x), size=size)] - centre
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True) + rng.normal(size=rows.shape) * 0.06
    rows[: len(borrowed)] = borrowed
    return rows / np.linalg.norm(rows, axis=1, keepdims=True) * rng.uniform(0.7, 1.4, (size, 1))


def inherited(rng, site, made, width):
    """Rows for the residual of block 1: 40 of the residual before, 40 of the MLP, 40 of attention and one of these."""
    if site != "blocks.1.hook_resid_post" or "blocks.0.hook_resid_post" not in made:
        return np.zeros((0, width))
    unit = lambda name: made[name].rows.numpy() / made[name].rows.norm(dim=1, keepdim=True).numpy()
    before, mlp, attn = (unit(f"blocks.{at}") for at in ("0.hook_resid_post", "1.hook_mlp_out", "1.hook_attn_out"))
    out = np.concatenate([before[:40], mlp[4:44], before[40:60] + attn[4:24], mlp[44:64] + attn[24:44]])
    return out / np.linalg.norm(out, axis=1, keepdims=True) + rng.normal(size=out.shape) * 0.02


def sae(rng, line, x, made):
    """cfg and tensors as stored. `x` is the site's data; `made` the SAEs before this one."""
    name, kind, size, width, apply, norm, more = line
    site = name.split("@")[0]
    cfg = {
        "architecture": kind, "d_in": x.shape[1], "d_sae": size, "dtype": "float32", "device": "cpu",
        "apply_b_dec_to_input": apply, "normalize_activations": norm, "reshape_activations": "none", **more,
        "metadata": {"hook_name": site, "model_name": "micro", "prepend_bos": True},
    }
    if kind == "kron":
        return cfg, kron.tensors(rng, x, cfg, width)
    mean = x.mean(0)
    inside = x
    if norm == "layer_norm":
        inside = (x - x.mean(1, keepdims=True)) / x.std(1, ddof=1, keepdims=True)
    if norm == "constant_norm_rescale":
        inside = x * 8 / np.linalg.norm(x, axis=1, keepdims=True)
    centre = inside.mean(0)
    rows = dictionary(rng, inside, centre, size, inherited(rng, name, made, x.shape[1]))
    encoder = rows.T / (rows**2).sum(1)
    if kind in ("jumprelu", "gated"):
        encoder[:, :4] = 0
    shift = -centre @ encoder if not apply else np.zeros(size)
    p = (inside - centre) @ encoder
    low = lambda level: np.quantile(p, level)
    tensors = {"b_dec": centre, "mean": mean}
    if kind == "topk":
        # With a bias this low some tokens have fewer than k positive pre-activations.
        bias = rng.normal(size=size) * 0.1 * p.std() - (low(0.95) if site.startswith("blocks.2") else 0)
        tensors["b_enc"] = shift + bias
    if kind == "standard":
        tensors["b_enc"] = shift - low(0.9) + rng.normal(size=size) * 0.1 * p.std()
    if kind == "jumprelu":
        tensors["b_enc"] = shift + rng.normal(size=size) * 0.1 * p.std()
        tensors["threshold"] = np.quantile(p, rng.uniform(0.85, 0.97, size))
        # Empty columns: the pre-activation is b_enc itself. At the threshold (silent), one step above it
        # (active), one step below it (silent), above a threshold below 0 (silent).
        at = np.float32(0.75)
        tensors["b_enc"][:4] = (at, at, at, -0.5)
        tensors["threshold"][:4] = (at, np.nextafter(at, np.float32(0)), np.nextafter(at, np.float32(1)), -1)
    if kind == "gated":
        tensors["b_gate"] = shift - low(0.92) + rng.normal(size=size) * 0.05 * p.std()
        tensors["r_mag"] = rng.normal(size=size) * 0.2
        tensors["b_mag"] = shift * np.exp(tensors["r_mag"]) + rng.normal(size=size) * 0.3 * p.std() - low(0.9)
        # Empty columns: a gate at exactly 0 (silent), a hair above it (active), open without strength (silent).
        tensors["b_gate"][:4] = (0, 1e-6, 1, -1)
        tensors["b_mag"][:4] = (0.5, 0.5, -0.5, 0.5)
    tensors = {key: array.astype(np.float32) for key, array in tensors.items()}
    tensors.update(stored(width, "W_dec", rows, 1))
    # The encoder's gain is the one with which codes of this data come out at the right length.

    trial = Sae(name, cfg, {**tensors, "W_enc": encoder.astype(np.float32), "W_dec": rows.astype(np.float32)})
    data = torch.from_numpy(x)
    part = trial.encode(data) @ trial.rows
    target = torch.from_numpy((inside - centre).astype(np.float32))
    gain = float((part * target).sum() / (part * part).sum())
    for key in ("b_enc", "b_gate", "b_mag", "threshold"):
        if key in tensors:
            tensors[key][4 if kind in ("jumprelu", "gated") else 0 :] *= np.float32(gain)
    encoder *= gain
    tensors.update(stored(width, "W_enc", encoder, 0))
    order = [key for key in tensors if key.startswith("W_")] + [key for key in tensors if not key.startswith("W_")]
    return cfg, {key: tensors[key] for key in order}
