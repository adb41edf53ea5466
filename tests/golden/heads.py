"""SAEs of attention's heads (hook_z), as SAELens has them: what they read of the micro models, what they write to the
stream through W_O, and steering on them. `python3 tests/golden/heads.py` rewrites tests/fixtures/heads.

A file a family, `{family}.safetensors`: the SAE's tensors as SAELens saves them (float32), and of the long prompt
`z [T, heads · head_dim]`, `codes [T, d_sae]`, `fvu [T]`, `spliced [T, d]` (the last residual with z in half), `mapped
[d_sae, d]` (rows of W_dec through W_O), and for each case of `{family}.json` every fourth logit of the whole prompt.
The mean behind fvu is zero, as it is where a pack was made without a text.
"""
import json
from pathlib import Path

import numpy as np
import torch

import packs
import record
import tensors
from saes import Sae

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
LAYER, WIDTH, STRIDE = 1, 48, 4
# The name of W_O and whether it is stored [in, out]; the kind of SAE.
FAMILIES = {
    "gpt2": ("transformer.h.{}.attn.c_proj.weight", True, "topk"),
    "gpt-neo": ("transformer.h.{}.attn.attention.out_proj.weight", False, "jumprelu"),
    "gpt-neox": ("gpt_neox.layers.{}.attention.dense.weight", False, "standard"),
    "qwen2": ("model.layers.{}.self_attn.o_proj.weight", False, "topk"),
    "llama-biased": ("model.layers.{}.self_attn.o_proj.weight", False, "gated"),
}


class Heads:
    """A model whose heads are seen, and may be replaced, before W_O."""

    def __init__(self, model):
        self.model, self.z, self.swap = model, {}, None

    def forward(self, ids, visit=lambda site, h: h):
        """Logits [T, V]; `visit` as `Reference` has it, at every other site."""
        def at(site, h):
            if not site.endswith(".attn.hook_z"):
                return visit(site, h)
            layer = int(site.split(".")[1])
            self.z[layer] = h
            return self.swap(h) if self.swap is not None and layer == LAYER else h

        return self.model.forward(ids, at)


def sae(kind, z, rng):
    d = z.shape[1]
    dec = rng.standard_normal((WIDTH, d)).astype(np.float32)
    dec /= np.linalg.norm(dec, axis=1, keepdims=True)
    scale = float(np.sqrt((z**2).sum(1)).mean())
    weights = {
        "W_dec": dec * scale,
        "W_enc": np.ascontiguousarray(dec.T) / scale,
        "b_dec": z.mean(0),
    }
    noise = lambda: (rng.standard_normal(WIDTH) * 0.02).astype(np.float32)
    if kind == "gated":
        weights.update(b_gate=noise(), b_mag=noise() + 0.05, r_mag=noise())
    else:
        weights["b_enc"] = noise()
    if kind == "jumprelu":
        weights["threshold"] = np.abs(noise()) + 0.02
    cfg = {
        "architecture": kind, "d_in": d, "d_sae": WIDTH, "dtype": "float32", "apply_b_dec_to_input": kind == "topk",
        "normalize_activations": "none", "reshape_activations": "hook_z", "hook_name": f"blocks.{LAYER}.attn.hook_z",
        **({"k": 5} if kind == "topk" else {}),
    }
    return cfg, {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}


def steered(heads, ids, mapped, codes_of, edits):
    """Logits with (alpha + beta·a)·(w W_O) added at attention's output, `a` from the heads behind it."""
    def visit(site, h):
        if site != f"blocks.{LAYER}.hook_attn_out":
            return h
        a = codes_of(heads.z[LAYER])
        out = h
        for feature, mode, value in edits:
            alpha, beta = {"add": (value, 0), "set": (value, -1), "scale": (0, value - 1), "ablate": (0, -1)}[mode]
            out = out + (alpha + beta * a[:, feature])[:, None] * mapped[feature]
        return out

    return heads.forward(ids, visit)


def family(name):
    weight, in_out, kind = FAMILIES[name]
    pack, out = packs.Pack(FIXTURES / name), {}
    ids = json.loads((FIXTURES / name / "golden.json").read_text())["prompts"]["long"]["ids"]
    model = pack.model()
    heads = Heads(model)
    plain = heads.forward(ids)
    z = heads.z[LAYER]
    cfg, weights = sae(kind, z.numpy(), np.random.default_rng(7))
    own = Sae(f"blocks.{LAYER}.hook_attn_out", {**cfg, "reshape_activations": "none"}, {**weights, "mean": np.zeros(z.shape[1], np.float32)})
    codes = own.encode(z)
    matrix = model.weights[weight.format(LAYER)]
    mapped = own.rows @ (matrix if in_out else matrix.T)
    out["z"], out["codes"], out["fvu"] = z, codes, own.fvu(z, codes)
    out["mapped"] = mapped
    seen = {}
    heads.swap = lambda z: z * 0.5
    heads.forward(ids, lambda site, h: seen.setdefault(site, h))
    heads.swap = None
    out["spliced"] = seen[f"blocks.{model.layers - 1}.hook_resid_post"]
    edge = own.edge(z)
    hair = (edge[:, 0] - edge[:, 1]).abs().min().item() if kind == "topk" else edge.abs().min().item()
    if hair < 1e-5 or not (codes > 0).any(0).sum() >= 5:
        raise AssertionError(f"{name}: decided by a hair ({hair}), or too few features active")
    strongest = int(codes.sum(0).argmax())
    other = int(codes.sum(0).argsort(descending=True)[1])
    cases = [
        ("add", [(strongest, "add", 2)]), ("set", [(strongest, "set", 1.5)]), ("scale", [(other, "scale", 3)]),
        ("ablate", [(strongest, "ablate", 0)]), ("two", [(strongest, "set", 1), (other, "add", -1)]),
    ]
    for case, edits in cases:
        logits = steered(heads, ids, mapped, own.encode, edits)
        out[f"steer.{case}"] = logits[:, ::STRIDE]
        if (logits - plain).abs().max() < 1e-3:
            raise AssertionError(f"{name}: {case} changes nothing")
    table = {**weights, **{key: record.numbers(value) for key, value in out.items()}}
    (FIXTURES / "heads").mkdir(exist_ok=True)
    (FIXTURES / "heads" / f"{name}.safetensors").write_bytes(tensors.dumps(table))
    lines = {case: [f"{feature} {mode}:{value}" for feature, mode, value in edits] for case, edits in cases}
    text = json.dumps({"cfg": cfg, "ids": ids, "torch": torch.__version__, "cases": lines}, indent="\t")
    (FIXTURES / "heads" / f"{name}.json").write_text(text + "\n")
    print(f"{name}: {kind}, L0 {(codes > 0).sum(1).float().mean():.1f}, edge {hair:.2g}, fvu {out['fvu'].mean():.2f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in FAMILIES:
        family(name)
