"""The same small problem in every format of SAEs that can be read: tests/fixtures/formats, a few kB each.

    python3 tests/golden/formats.py

Each SAE is written as its library writes it, and its codes and reconstruction are computed by that library where it can be
had (`libraries.py`): SAELens, sparsify, dictionary_learning, and SAELens' loaders for Gemma Scope 2. Of the others (Gemma
Scope's npz, OpenAI, Goodfire, OpenMOSS, our own KronSAE) the published formula is written out here. What is written out for
the former too is compared with the library's answer. golden.safetensors holds x [T, D] and, of every folder, codes [T, N]
and recon [T, D]."""
import json
import pathlib
import shutil
import sys

import numpy as np
import torch

import libraries
import tensors

FORMATS = pathlib.Path(__file__).parent.parent / "fixtures" / "formats"
D, N, T, K = 12, 20, 7, 5
rng = np.random.default_rng(11)
X = torch.tensor(rng.normal(0.3, 1.0, (T, D)), dtype=torch.float32)
GOLDEN = {"x": X.numpy()}


def draw(*shape, scale=1.0, mean=0.0):
    return torch.tensor(rng.normal(mean, scale, shape), dtype=torch.float32)


def drawn(unit=False):
    """W_enc [D, N], W_dec [N, D], b_enc [N], b_dec [D]; rows of W_dec of several lengths unless `unit`."""
    dec = draw(N, D)
    dec = dec / dec.norm(dim=1, keepdim=True)
    if not unit:
        dec = dec * torch.linspace(0.5, 1.5, N)[:, None]
    return dict(W_enc=draw(D, N, scale=0.4), W_dec=dec, b_enc=draw(N, scale=0.2), b_dec=draw(D, scale=0.2))


def topk(p, k=K):
    top = torch.relu(p).topk(k, dim=-1)
    return torch.zeros_like(p).scatter_(-1, top.indices, top.values)


def jump(p, threshold):
    return torch.relu(p) * (p > threshold)


def folder(name):
    path = FORMATS / name
    path.mkdir(parents=True)
    return path


def keep(name, codes, recon, library=None):
    """`library` is its own answer, which counts; the formula must agree with it."""
    if library is not None:
        for ours, theirs in zip((codes, recon), library):
            if ours is not None and (ours - theirs).abs().max() > 1e-5 * theirs.abs().max():
                raise AssertionError(f"{name}: the formula here is not the library's")
        codes, recon = library
    GOLDEN[f"{name}.codes"], GOLDEN[f"{name}.recon"] = codes.detach().numpy(), recon.detach().numpy()


def arrays(table):
    return {key: np.ascontiguousarray(value.numpy()) for key, value in table.items()}


def save(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tensors.dumps(arrays(table)))


def words(path, cfg):
    path.write_text(json.dumps(cfg, indent=1) + "\n")


# SAELens -------------------------------------------------------------------------------------------------------

def sae_lens():
    base = {"d_in": D, "d_sae": N, "dtype": "float32", "apply_b_dec_to_input": True, "normalize_activations": "none",
            "reshape_activations": "none", "metadata": {"hook_name": "blocks.1.hook_resid_post"}}

    def one(name, cfg, table, codes, recon, scale=None):
        words(folder(name) / "cfg.json", cfg)
        save(FORMATS / name / "sae_weights.safetensors", table)
        known = cfg.get("architecture") != "kron"
        keep(name, codes, recon, libraries.sae_lens(FORMATS / name, X, scale) if known else None)

    w = drawn()
    a = torch.relu((X - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
    one("sae-lens-standard", {**base, "architecture": "standard"}, w, a, a @ w["W_dec"] + w["b_dec"])

    # A flat config from before version 6, and a layer norm: (x - mean) / (std + 1e-5), undone after decoding.
    w = drawn()
    mean, std = X.mean(-1, keepdim=True), X.std(-1, keepdim=True)
    a = topk(((X - mean) / (std + 1e-5) - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
    flat = {"dtype": "float32", "device": "cpu", "hook_point": "blocks.1.hook_mlp_out", "d_in": D, "d_sae": N, "activation_fn_str": "topk",
            "activation_fn_kwargs": {"k": K}, "normalize_activations": "layer_norm"}
    one("sae-lens-flat", flat, w, a, (a @ w["W_dec"] + w["b_dec"]) * std + mean)

    # rescale_acts_by_decoder_norm: the k largest of p times the decoder's norms, divided by them when decoded.
    w = drawn()
    norms = w["W_dec"].norm(dim=1)
    a = topk(((X - w["b_dec"]) @ w["W_enc"] + w["b_enc"]) * norms)
    one("sae-lens-topk", {**base, "architecture": "topk", "k": K, "rescale_acts_by_decoder_norm": True}, w, a,
        (a / norms) @ w["W_dec"] + w["b_dec"])

    # constant_norm_rescale: x sqrt(d) / |x|, undone after decoding.
    w = drawn() | {"threshold": draw(N, scale=0.1, mean=0.4).abs()}
    factor = D ** 0.5 / X.norm(dim=-1, keepdim=True)
    a = jump((X * factor) @ w["W_enc"] + w["b_enc"], w["threshold"])
    cfg = {**base, "architecture": "jumprelu", "apply_b_dec_to_input": False,
           "normalize_activations": "constant_norm_rescale"}
    one("sae-lens-jumprelu", cfg, w, a, (a @ w["W_dec"] + w["b_dec"]) / factor)

    w = drawn()
    del w["b_enc"]
    w |= {"b_gate": draw(N, scale=0.2), "b_mag": draw(N, scale=0.2), "r_mag": draw(N, scale=0.2)}
    u = X - w["b_dec"]
    a = (u @ w["W_enc"] + w["b_gate"] > 0) * torch.relu(u @ (w["W_enc"] * w["r_mag"].exp()) + w["b_mag"])
    one("sae-lens-gated", {**base, "architecture": "gated"}, w, a, a @ w["W_dec"] + w["b_dec"])

    # expected_average_only_in: the trainer saw x * s and its reconstruction is of that.
    w, s = drawn(), 1.7
    a = torch.relu((s * X - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
    one("sae-lens-average", {**base, "architecture": "standard", "normalize_activations": "expected_average_only_in"},
        w, a, (a @ w["W_dec"] + w["b_dec"]) / s, s)
    words(FORMATS / "sae-lens-average" / "activation_scaler.json", {"scaling_factor": s})

    # KronSAE in words of our own.
    h, m, n = 5, 2, 2
    w = dict(W_p=draw(D, h * m, scale=0.4), W_q=draw(D, h * n, scale=0.4), b_p=draw(h * m, scale=0.2),
             b_q=draw(h * n, scale=0.2), W_dec=draw(N, D), b_dec=draw(D, scale=0.2))
    p = torch.relu((X - w["b_dec"]) @ w["W_p"] + w["b_p"]).view(T, h, m, 1)
    q = torch.relu((X - w["b_dec"]) @ w["W_q"] + w["b_q"]).view(T, h, 1, n)
    a = topk((p * q).sqrt().flatten(1))
    one("kron", {**base, "architecture": "kron", "k": K, "kron_h": h, "kron_m": m, "kron_n": n}, w, a,
        a @ w["W_dec"] + w["b_dec"])


# Gemma Scope, one and two --------------------------------------------------------------------------------------

def gemma_scope():
    for name, path, write in (("gemma-scope", "gemma-scope-2b-pt-res/layer_1/width_20/average_l0_6", np.savez),
                              ("gemma-scope-packed", "gemma-scope-2b-pt-mlp/layer_2/width_20/average_l0_7",
                               np.savez_compressed)):
        w = drawn(unit=True) | {"threshold": draw(N, scale=0.1, mean=0.4).abs()}
        a = jump(X @ w["W_enc"] + w["b_enc"], w["threshold"])
        table = arrays(w)
        if name == "gemma-scope-packed":
            table["W_dec"] = np.asfortranarray(table["W_dec"])
        write(folder(f"{name}/{path}") / "params.npz", **table)
        keep(name, a, a @ w["W_dec"] + w["b_dec"])
    w = drawn(unit=True) | {"threshold": draw(N, scale=0.1, mean=0.4).abs()}
    a = jump(X @ w["W_enc"] + w["b_enc"], w["threshold"])
    where = folder("gemma-scope-2/resid_post/layer_1_width_20_l0_small")
    words(where / "config.json", {
        "hf_hook_point_in": "model.layers.1.output", "hf_hook_point_out": "model.layers.1.output", "width": N,
        "model_name": "google/gemma-3-270m-pt", "architecture": "jump_relu", "l0": 20, "affine_connection": False,
        "type": "sae"})
    save(where / "params.safetensors", {key.replace("W_", "w_"): value for key, value in w.items()})
    library, _ = libraries.from_hub(libraries.loaders.gemma_3_sae_huggingface_loader, "google/gemma-scope-2-270m-pt",
                                    "resid_post/layer_1_width_20_l0_small", FORMATS / "gemma-scope-2", X)
    keep("gemma-scope-2", a, a @ w["W_dec"] + w["b_dec"], library)


# sparsify ------------------------------------------------------------------------------------------------------

def sparsify():
    w = drawn(unit=True)
    a = topk((X - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
    where = folder("sparsify/layers.1")
    words(where / "cfg.json", {"expansion_factor": 32, "normalize_decoder": True, "num_latents": N, "k": K,
                               "multi_topk": False, "skip_connection": False, "transcode": False, "d_in": D})
    save(where / "sae.safetensors", {"encoder.weight": w["W_enc"].T, "encoder.bias": w["b_enc"], "W_dec": w["W_dec"],
                                     "b_dec": w["b_dec"]})
    keep("sparsify", a, a @ w["W_dec"] + w["b_dec"], libraries.sparsify(where, X))


# dictionary_learning -------------------------------------------------------------------------------------------

def dictionary_learning():
    def one(name, dict_class, table, codes, recon, **more):
        where = folder(name)
        words(where / "config.json", {
            "trainer": {"dict_class": dict_class, "activation_dim": D, "dict_size": N, "layer": 1,
                        "lm_name": "EleutherAI/pythia-70m-deduped", "submodule_name": "resid_post_layer_1", **more},
            "buffer": {"d_submodule": D, "io": "out", "ctx_len": 128}})
        torch.save(table, where / "ae.pt")
        keep(name, codes, recon, libraries.dictionary_learning(dict_class, where, X))

    # A module's own state dictionary, with the versions that it carries beside the tensors. Its `from_pretrained`
    # divides the decoder's columns by their norms, and multiplies the encoder by them.
    w = drawn()
    module = torch.nn.Module()
    module.bias = torch.nn.Parameter(w["b_dec"])
    module.encoder, module.decoder = torch.nn.Linear(D, N), torch.nn.Linear(N, D, bias=False)
    module.encoder.weight.data, module.encoder.bias.data = w["W_enc"].T.clone(), w["b_enc"]
    module.decoder.weight.data = w["W_dec"].T.clone()
    a, norms = torch.relu(module.encoder(X - module.bias)), w["W_dec"].norm(dim=1)
    one("dl-standard", "AutoEncoder", module.state_dict(), a * norms, module.decoder(a) + module.bias)

    w = drawn()
    a = torch.relu(X @ w["W_enc"] + w["b_enc"])
    one("dl-new", "AutoEncoderNew", {"encoder.weight": w["W_enc"].T.clone(), "encoder.bias": w["b_enc"],
                                     "decoder.weight": w["W_dec"].T.clone(), "decoder.bias": w["b_dec"]},
        a, a @ w["W_dec"] + w["b_dec"])

    # `encode` leaves the decoder's norms out, unless it is asked (normalize_decoder=False).
    w = drawn()
    gate, mag, r = draw(N, scale=0.2), draw(N, scale=0.2), draw(N, scale=0.2)
    u = (X - w["b_dec"]) @ w["W_enc"]
    a = (u + gate > 0) * torch.relu(r.exp() * u + mag)
    one("dl-gated", "GatedAutoEncoder", {"decoder_bias": w["b_dec"], "r_mag": r, "gate_bias": gate, "mag_bias": mag,
                                         "encoder.weight": w["W_enc"].T.clone(),
                                         "decoder.weight": w["W_dec"].T.clone()},
        a, a @ w["W_dec"] + w["b_dec"])

    w = drawn()
    threshold = draw(N, scale=0.1, mean=0.4).abs()
    a = jump(X @ w["W_enc"] + w["b_enc"], threshold)
    one("dl-jumprelu", "JumpReluAutoEncoder", {**w, "threshold": threshold}, a, a @ w["W_dec"] + w["b_dec"])

    for name, dict_class in (("dl-topk", "AutoEncoderTopK"), ("dl-batchtopk", "BatchTopKSAE")):
        w, threshold = drawn(unit=True), torch.tensor(0.45)
        p = torch.relu((X - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
        a = topk(p) if name == "dl-topk" else p * (p > threshold)
        one(name, dict_class, {"k": torch.tensor(K, dtype=torch.int), "threshold": threshold,
                               "encoder.weight": w["W_enc"].T.clone(), "encoder.bias": w["b_enc"],
                               "decoder.weight": w["W_dec"].T.clone(), "b_dec": w["b_dec"]},
            a, a @ w["W_dec"] + w["b_dec"], k=K)

    # Both matrices are views turned round, as the trainer leaves them.
    w, threshold = drawn(unit=True), torch.tensor(0.5)
    p = torch.relu((X - w["b_dec"]) @ w["W_enc"] + w["b_enc"])
    a = p * (p > threshold)
    one("dl-matryoshka", "MatryoshkaBatchTopKSAE",
        {"k": torch.tensor(K, dtype=torch.int), "threshold": threshold, "group_sizes": torch.tensor([5, 15]),
         "W_enc": w["W_enc"].T.clone().T, "b_enc": w["b_enc"], "W_dec": w["W_dec"].T.clone().T, "b_dec": w["b_dec"]},
        a, a @ w["W_dec"] + w["b_dec"], k=K)


# OpenAI and Goodfire -------------------------------------------------------------------------------------------

def openai():
    for name, kind in (("openai-topk", "TopK"), ("openai-relu", "ReLU")):
        w = drawn(unit=True)
        mean = X.mean(dim=-1, keepdim=True)
        std = (X - mean).std(dim=-1, keepdim=True)
        x = (X - mean) / (std + 1e-5) if kind == "TopK" else X
        p = (x - w["b_dec"]) @ w["W_enc"] + w["b_enc"]
        a = topk(p) if kind == "TopK" else torch.relu(p)
        recon = a @ w["W_dec"] + w["b_dec"]
        table = {"pre_bias": w["b_dec"], "latent_bias": w["b_enc"], "encoder.weight": w["W_enc"].T.clone(),
                 "decoder.weight": w["W_dec"].T.clone(), "stats_last_nonzero": torch.zeros(N, dtype=torch.long),
                 "activation": kind}
        if kind == "TopK":
            table["activation_state_dict"] = {"k": K, "postact_fn": "ReLU"}
        torch.save(table, folder(f"{name}/resid_post_mlp_v5_32k/autoencoders") / "1.pt")
        keep(name, a, recon * std + mean if kind == "TopK" else recon)


def goodfire():
    w = {key: value.bfloat16() for key, value in drawn().items()}
    torch.save({"encoder_linear.weight": torch.nn.Parameter(w["W_enc"].T.contiguous()),
                "encoder_linear.bias": torch.nn.Parameter(w["b_enc"]),
                "decoder_linear.weight": torch.nn.Parameter(w["W_dec"].T.contiguous()),
                "decoder_linear.bias": torch.nn.Parameter(w["b_dec"])}, folder("goodfire") / "Tiny-SAE-l1.pth")
    w = {key: value.float() for key, value in w.items()}
    a = torch.relu(X @ w["W_enc"] + w["b_enc"])
    keep("goodfire", a, a @ w["W_dec"] + w["b_dec"])


# OpenMOSS: Llama Scope and Llamascopium ------------------------------------------------------------------------

def llama_scope():
    """Of activations times sqrt(d) / norm; p times the decoder's norm must exceed the threshold, p counts."""
    norm, threshold = 5.5, 0.7
    s = D ** 0.5 / norm
    w = drawn()
    p = (s * X) @ w["W_enc"] + w["b_enc"]
    norms = w["W_dec"].norm(dim=1)
    a = jump(p * norms, s * threshold) / norms
    where = folder("llama-scope")
    words(where / "hyperparams.json", {
        "d_model": D, "d_sae": N, "hook_point_in": "blocks.1.hook_resid_post", "act_fn": "jumprelu",
        "hook_point_out": "blocks.1.hook_resid_post", "jump_relu_threshold": threshold, "top_k": 6,
        "norm_activation": "dataset-wise", "dataset_average_activation_norm": {"in": norm, "out": norm},
        "sparsity_include_decoder_norm": True, "use_decoder_bias": True, "apply_decoder_bias_to_pre_encoder": False})
    save(where / "checkpoints" / "final.safetensors", {
        "encoder.weight": w["W_enc"].T, "encoder.bias": w["b_enc"], "decoder.weight": w["W_dec"].T,
        "decoder.bias": w["b_dec"]})
    keep("llama-scope", a, (a @ w["W_dec"] + w["b_dec"]) / s)

    hook = "blocks.1.hook_mlp_out"
    base = {"sae_type": "sae", "d_model": D, "expansion_factor": N / D, "hook_point_in": hook, "hook_point_out": hook,
            "use_decoder_bias": True, "norm_activation": "dataset-wise", "sparsity_include_decoder_norm": True}
    w = drawn()
    p, norms = (s * X) @ w["W_enc"] + w["b_enc"], w["W_dec"].norm(dim=1)
    log = draw(N, scale=0.1, mean=-1.0)
    a = jump(p * norms, log.exp()) / norms
    words(folder("llamascopium-jumprelu") / "config.json", {**base, "act_fn": "jumprelu", "top_k": 50})
    save(FORMATS / "llamascopium-jumprelu" / "sae_weights.safetensors", {
        "W_E": w["W_enc"], "b_E": w["b_enc"], "W_D": w["W_dec"], "b_D": w["b_dec"],
        "activation_function.log_jumprelu_threshold": log,
        f"dataset_average_activation_norm.{hook}": torch.tensor(norm)})
    keep("llamascopium-jumprelu", a, (a @ w["W_dec"] + w["b_dec"]) / s)

    # Llama Scope R1-Distill: names of linear layers, the norm only in the config.
    w = drawn(unit=True)
    p = (s * X) @ w["W_enc"] + w["b_enc"]
    a = jump(p, log.exp())
    words(folder("llamascopium-linear") / "config.json", {
        **base, "act_fn": "jumprelu", "top_k": 50, "dataset_average_activation_norm": {"in": norm, "out": norm}})
    save(FORMATS / "llamascopium-linear" / "sae_weights.safetensors", {
        "encoder.weight": w["W_enc"].T, "encoder.bias": w["b_enc"], "decoder.weight": w["W_dec"].T,
        "decoder.bias": w["b_dec"], "log_jumprelu_threshold": log})
    keep("llamascopium-linear", a, (a @ w["W_dec"] + w["b_dec"]) / s)

    # TopK of p times the decoder's norms. Read as counted in rows of length 1: codes are times the norms.
    w = drawn()
    p, norms = X @ w["W_enc"] + w["b_enc"], w["W_dec"].norm(dim=1)
    a = topk(p * norms) / norms
    words(folder("llamascopium-topk") / "config.json", {**base, "act_fn": "topk", "top_k": K,
                                                        "norm_activation": "inference"})
    save(FORMATS / "llamascopium-topk" / "sae_weights.safetensors", {
        "W_E": w["W_enc"], "b_E": w["b_enc"], "W_D": w["W_dec"], "b_D": w["b_dec"]})
    keep("llamascopium-topk", a * norms, a @ w["W_dec"] + w["b_dec"])


def refused():
    """What only PyTorch writes and must not be read: a file of the old form, which holds an address
    and so never comes out the same twice."""
    torch.save({"W_enc": torch.zeros(2, 2)}, folder("refused-legacy") / "ae.pt", _use_new_zipfile_serialization=False)
    words(FORMATS / "refused-legacy" / "config.json", {"trainer": {"dict_class": "AutoEncoder"}})


def main():
    torch.set_num_threads(1)
    shutil.rmtree(FORMATS, ignore_errors=True)
    for write in (sae_lens, gemma_scope, sparsify, dictionary_learning, openai, goodfire, llama_scope, refused):
        write()
    import transcoders  # It draws from this module, after all others.
    transcoders.write()
    (FORMATS / "golden.safetensors").write_bytes(tensors.dumps(GOLDEN))
    print(f"{sum(path.stat().st_size for path in FORMATS.rglob('*') if path.is_file()):,} bytes")


if __name__ == "__main__":
    sys.modules["formats"] = sys.modules[__name__]
    main()
