"""A skip transcoder of SAELens at work in models of transformers, and an SAE of the stream between attention and MLP.
`python3 tests/golden/transcoding.py` rewrites tests/fixtures/transcoding.

A file a family: the transcoder's tensors as SAELens has them, and of the long prompt `codes [T, d_sae]`, `fvu [T]` of what
the MLP writes (against a mean of zero), `spliced [T, d]` (the last residual with the transcoder's output in the MLP's place),
and every fourth logit with each case of `{family}.json`: edits of the transcoder where it writes, and of the same decoder
rows, with the encoder's codes of the stream itself, at hook_resid_mid.
"""
import json
from pathlib import Path

import numpy as np
import torch
from sae_lens import SAE

import packs
import tensors

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
LAYER, WIDTH, STRIDE = 1, 40, 4
READS, WRITES, MID = (f"blocks.{LAYER}.{at}" for at in ("mlp.hook_in", "hook_mlp_out", "hook_resid_mid"))
AMOUNTS = {"add": lambda v, a: v + 0 * a, "set": lambda v, a: v - a, "scale": lambda v, a: (v - 1) * a, "ablate": lambda v, a: -a}


def library(architecture, weights, hook, out=None):
    d = weights["W_enc"].shape[0]
    cfg = {"architecture": architecture, "d_in": d, "d_sae": WIDTH, "dtype": "float32", "device": "cpu",
           "apply_b_dec_to_input": False, "normalize_activations": "none", "reshape_activations": "none",
           "metadata": {"hook_name": hook, **({"hook_name_out": out} if out else {})}, **({"d_out": d} if out else {})}
    sae = SAE.get_sae_class_for_architecture(architecture).from_dict(cfg)
    sae.load_state_dict({name: weights[name] for name in sae.state_dict()})
    return cfg, sae.eval()


@torch.no_grad()
def family(name):
    pack, rng = packs.Pack(FIXTURES / name), np.random.default_rng(9)
    ids = json.loads((FIXTURES / name / "golden.json").read_text())["prompts"]["long"]["ids"]
    model = pack.model()
    plain, taps = model.taps(ids)
    d = taps[READS].shape[1]
    draw = lambda *shape: torch.tensor(rng.standard_normal(shape), dtype=torch.float32)
    weights = {"W_enc": draw(d, WIDTH) / d**0.5, "b_enc": draw(WIDTH) * 0.2 - 0.6, "W_dec": draw(WIDTH, d) * 0.4,
               "b_dec": draw(d) * 0.1, "W_skip": draw(d, d) * 0.2}
    cfg, coder = library("skip_transcoder", weights, READS, WRITES)
    middle, sae = library("standard", weights, MID)
    x, y = taps[READS], taps[WRITES]
    codes, wrote = coder.encode(x), coder(x)
    seen = {}

    def replaced(site, h):
        seen[site] = h
        return wrote if site == WRITES else h

    model.forward(ids, replaced)
    out = {**weights, "codes": codes, "fvu": (y - wrote).pow(2).sum(1) / y.pow(2).sum(1),
           "middle": sae.encode(taps[MID]), "spliced": seen[f"blocks.{model.layers - 1}.hook_resid_post"]}
    best = codes.sum(0).argsort(descending=True).tolist()
    mid = out["middle"].sum(0).argsort(descending=True).tolist()
    cases = {"add": (WRITES, best[0], "add", 3.0), "set": (WRITES, best[0], "set", 2.0), "scale": (WRITES, best[1], "scale", 3.0),
             "ablate": (WRITES, best[0], "ablate", 0.0), "mid-add": (MID, mid[0], "add", -2.0),
             "mid-set": (MID, mid[0], "set", 0.5), "mid-scale": (MID, mid[1], "scale", 2.0)}
    for case, (at, feature, mode, value) in cases.items():
        read = {}

        def edit(site, h):
            read[site] = h
            if site != at:
                return h
            a = (coder.encode(read[READS]) if at == WRITES else sae.encode(h))[:, feature]
            return h + AMOUNTS[mode](value, a)[:, None] * weights["W_dec"][feature]

        logits = model.forward(ids, edit)
        if (logits - plain).abs().max() < 1e-3:
            raise AssertionError(f"{name}: {case} changes nothing")
        out[f"steer.{case}"] = logits[:, ::STRIDE]
    (FIXTURES / "transcoding").mkdir(exist_ok=True)
    table = {key: np.ascontiguousarray(value.numpy()) for key, value in out.items()}
    (FIXTURES / "transcoding" / f"{name}.safetensors").write_bytes(tensors.dumps(table))
    lines = {case: {"site": at, "feature": feature, "mode": mode, "value": value}
             for case, (at, feature, mode, value) in cases.items()}
    text = json.dumps({"transcoder": cfg, "middle": middle, "ids": ids, "cases": lines}, indent="\t")
    (FIXTURES / "transcoding" / f"{name}.json").write_text(text + "\n")
    print(f"{name}: L0 {(codes > 0).sum(1).float().mean():.1f}, fvu {out['fvu'].mean():.2f}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in ("gpt2", "qwen3", "gemma3"):
        family(name)
