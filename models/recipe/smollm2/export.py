"""The SAEs in SAELens' form, matrices as int8 with one scale per feature, and what is to be known of them.

    export.py WORK FOLDER [--saes CHECKPOINT]
"""

import argparse
import json
import os
from pathlib import Path

import encoders
from kept import kept
from layers import FEATURES, K, site
from rows import WINDOW
from tensors import to_bytes
from topk import TopK
from train import CHECKPOINT


def configuration(sae, layer):
    """cfg.json in the words of SAELens 6."""
    return {
        "architecture": "topk", "k": sae.k, "d_in": sae.encoder[0].shape[1], "d_sae": len(sae.silent),
        "dtype": "float32", "device": "cpu", "apply_b_dec_to_input": True, "normalize_activations": "none",
        "rescale_acts_by_decoder_norm": False, "reshape_activations": "none",
        "metadata": {"model_name": "HuggingFaceTB/SmolLM2-135M-Instruct", "hook_name": site(layer),
                     "context_size": WINDOW, "prepend_bos": True}}


def export(state, folder):
    folder.mkdir(parents=True, exist_ok=True)
    told = {"tokens": state["tokens"], "steps": {}, "seconds": state["seconds"], "features": FEATURES,
            "k": K, "falling": state.get("falling", 0), "dead": {}, "scale": {}, "cfg": {}}
    for layer, stored in state["saes"].items():
        sae = TopK.of(stored)
        raw = sae.raw()
        tensors = encoders.rounded(raw, raw["b_dec"])
        del tensors["mean"]  # what the pack measures, not what was learnt
        new = folder / f"{site(layer)}.safetensors.new"
        new.write_bytes(to_bytes(tensors))
        os.replace(new, new.with_suffix(""))
        told["dead"][layer], told["steps"][layer] = sae.dead(), sae.steps
        told["scale"][layer], told["cfg"][layer] = sae.scale, configuration(sae, layer)
    (folder / "saes.json").write_text(json.dumps(told, indent=1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--saes", type=Path)
    args = parser.parse_args()
    export(kept(args.saes or args.work / CHECKPOINT), args.folder)
