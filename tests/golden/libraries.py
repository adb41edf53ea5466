"""The libraries that save SAEs, at work on what is in tests/fixtures/formats: each answers codes [T, N] and recon [T, D]."""
import pathlib
import sys
import types
from unittest import mock

import torch
from sae_lens import SAE
from sae_lens.loading import pretrained_sae_loaders as loaders
from sparsify import SparseCoder, SparseCoderConfig

# dictionary_learning imports what its buffers need; its classes do without.
for name, names in (("nnsight", ("LanguageModel",)), ("nnsight.intervention", ()), ("circuitsvis", ())):
    module = types.ModuleType(name)
    for each in names:
        setattr(module, each, type(each, (), {}))
    sys.modules.setdefault(name, module)


def run(sae, x):
    """An SAE or transcoder of SAELens."""
    with torch.no_grad():
        return sae.encode(x), sae(x)


def sae_lens(folder, x, scale=None):
    """As `SAE.load_from_disk` reads a folder; `scale` is folded in as SAELens folds it."""
    sae = SAE.load_from_disk(folder).eval()
    if scale is not None:
        sae.fold_activation_norm_scaling_factor(scale)
    return run(sae, x)


def from_hub(loader, repo, folder, root, x, overrides=None):
    """A loader of SAELens for files of others, which lie below `root` instead of on the hub."""
    def local(repo_id, filename, subfolder=None, **_):
        return str(pathlib.Path(root) / (subfolder or "") / filename)

    def shapes(repo_id, filename, **_):
        from safetensors import safe_open
        with safe_open(local(repo_id, filename), "pt") as file:
            return {key: file.get_slice(key).get_shape() for key in file.keys()}

    with mock.patch.object(loaders, "hf_hub_download", local), \
            mock.patch.object(loaders, "get_safetensors_tensor_shapes", shapes):
        cfg, state, _ = loader(repo, folder, cfg_overrides=overrides)
    cfg = loaders.handle_pre_6_0_config(cfg)
    sae = SAE.get_sae_class_for_architecture(cfg["architecture"]).from_dict(cfg)
    sae.load_state_dict(state)
    return run(sae.eval(), x), cfg


def sparsify(folder, x):
    coder = SparseCoder.load_from_disk(folder)
    with torch.no_grad():
        top = coder.encode(x)
        out = coder(x)
    codes = torch.zeros(len(x), coder.num_latents).scatter_(-1, top.top_indices.long(), top.top_acts)
    return codes, out.sae_out


def dictionary_learning(dict_class, folder, x, **more):
    """As the class's own `from_pretrained` reads the file."""
    from dictionary_learning import dictionary
    from dictionary_learning.trainers import batch_top_k, matryoshka_batch_top_k, top_k

    there = next(getattr(at, dict_class) for at in (dictionary, top_k, batch_top_k, matryoshka_batch_top_k)
                 if hasattr(at, dict_class))
    coder = there.from_pretrained(str(folder / "ae.pt"), **more)
    with torch.no_grad():
        return coder.encode(x), coder(x)
