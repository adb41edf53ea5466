"""Transcoders, and checkpoints of training, written and run by their libraries alone: the rest of tests/fixtures/formats."""
import numpy as np
import torch
from sae_lens import SAE, TrainingSAE

import libraries
from formats import D, FORMATS, K, N, X, arrays, draw, drawn, folder, keep, save, words


def sae_lens_transcoders():
    """Of SAELens: reads what the MLP reads, writes what it writes, in another width."""
    for name, architecture in (("sae-lens-transcoder", "transcoder"), ("sae-lens-skip", "skip_transcoder"),
                               ("sae-lens-jump-transcoder", "jumprelu_transcoder"),
                               ("sae-lens-jump-skip", "jumprelu_skip_transcoder")):
        cfg = {"architecture": architecture, "d_in": D, "d_out": D, "d_sae": N, "dtype": "float32", "device": "cpu",
               "apply_b_dec_to_input": False, "normalize_activations": "none", "reshape_activations": "none",
               "metadata": {"hook_name": "blocks.1.mlp.hook_in", "hook_name_out": "blocks.1.hook_mlp_out"}}
        sae = SAE.get_sae_class_for_architecture(architecture).from_dict(cfg)
        w = {**drawn(), "threshold": draw(N, scale=0.1, mean=0.4).abs(), "W_skip": draw(D, D, scale=0.3)}
        sae.load_state_dict({key: w[key] for key in sae.state_dict()})
        sae.save_model(folder(name))
        keep(name, None, None, libraries.sae_lens(FORMATS / name, X))


def checkpoints():
    """Of BatchTopK and Matryoshka as SAELens saves them while they train; codes of what it makes of them for inference."""
    for name, architecture, more in (("sae-lens-batchtopk", "batchtopk", {}),
                                     ("sae-lens-matryoshka", "matryoshka_batchtopk", {"matryoshka_widths": [8, N]})):
        cfg = {"architecture": architecture, "d_in": D, "d_sae": N, "dtype": "float32", "device": "cpu", "k": float(K),
               "apply_b_dec_to_input": True, "normalize_activations": "none", "reshape_activations": "none", **more,
               "metadata": {"hook_name": "blocks.1.hook_resid_post"}}
        sae = TrainingSAE.get_sae_class_for_architecture(architecture).from_dict(cfg)
        sae.load_state_dict({**sae.state_dict(), **drawn(), "topk_threshold": torch.tensor(0.4, dtype=torch.double)})
        sae.save_inference_model(folder(f"{name}-inference"))
        sae.save_model(folder(name))
        for path in (name, f"{name}-inference"):
            keep(path, None, None, libraries.sae_lens(FORMATS / f"{name}-inference", X))


def other_transcoders():
    for name, skip in (("sparsify-transcoder", False), ("sparsify-skip", True)):
        w = drawn(unit=True)
        coder = libraries.SparseCoder(D, libraries.SparseCoderConfig(
            num_latents=N, k=K, transcode=True, skip_connection=skip))
        coder.load_state_dict({"encoder.weight": w["W_enc"].T, "encoder.bias": w["b_enc"], "W_dec": w["W_dec"],
                               "b_dec": w["b_dec"], **({"W_skip": draw(D, D, scale=0.3)} if skip else {})})
        where = folder(f"{name}/layers.1.mlp")
        coder.save_to_disk(where)
        keep(name, None, None, libraries.sparsify(where, X))

    w = drawn(unit=True) | {"threshold": draw(N, scale=0.1, mean=0.4).abs()}
    path = "gemma-scope-2b-pt-transcoders/layer_1/width_16k/average_l0_6"
    np.savez(folder(f"gemma-scope-transcoder/{path}") / "params.npz", **arrays(w))
    library, cfg = libraries.from_hub(libraries.loaders.gemma_2_transcoder_huggingface_loader,
                                      "google/gemma-scope-2b-pt-transcoders", "layer_1/width_16k/average_l0_6",
                                      FORMATS / "gemma-scope-transcoder/gemma-scope-2b-pt-transcoders", X,
                                      {"d_in": D, "d_out": D, "d_sae": N})
    assert cfg["metadata"]["hook_name"] == "blocks.1.ln2.hook_normalized", cfg
    keep("gemma-scope-transcoder", None, None, library)

    for name, affine in (("gemma-scope-2-transcoder", False), ("gemma-scope-2-affine", True)):
        w = drawn(unit=True) | {"threshold": draw(N, scale=0.1, mean=0.4).abs()}
        below = f"transcoder/layer_1_width_20_l0_small{'_affine' if affine else ''}"
        where = folder(f"{name}/{below}")
        words(where / "config.json", {
            "hf_hook_point_in": "model.layers.1.pre_feedforward_layernorm.output",
            "hf_hook_point_out": "model.layers.1.post_feedforward_layernorm.output", "width": N, "l0": 20,
            "model_name": "google/gemma-3-270m-pt", "architecture": "jump_relu", "affine_connection": affine,
            "type": "transcoder"})
        table = {key.replace("W_", "w_"): value for key, value in w.items()}
        save(where / "params.safetensors", {**table, "affine_skip_connection": draw(D, D, scale=0.3)} if affine else table)
        library, _ = libraries.from_hub(libraries.loaders.gemma_3_sae_huggingface_loader, "google/gemma-scope-2-270m-pt",
                                        below, FORMATS / name, X)
        keep(name, None, None, library)


def write():
    sae_lens_transcoders()
    checkpoints()
    other_transcoders()
