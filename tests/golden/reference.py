"""The reference of a config: the model that transformers makes of it, in float32 or float64, with its sites as hooks.

Sequences are [T, d], no batch. `visit(site, h) -> h` is called at every site with what arrives there, and what it returns
takes its place; with it one reads taps and applies edits. Sites are those of TransformerLens, in the order of computation:
blocks.{l}.hook_resid_pre (layer 0: the embedding), attn.hook_z (before W_O), hook_attn_out (what attention adds to the
stream), hook_resid_mid (where the MLP reads the stream after attention), ln2.hook_normalized (before gain and bias),
mlp.hook_in (after them), mlp.hook_post (before the last matrix), hook_mlp_out, hook_resid_post.
"""
import contextlib
import copy

import torch
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.cache_utils import DynamicCache


class Modules:
    """Where a family keeps them: paths below the model, and below a layer."""

    def __init__(self, layers, norm, mixing, down, mlp="mlp", attention=None):
        self.layers, self.norm, self.mixing, self.down = layers, norm, mixing, down
        # Where a norm follows W_O, or the MLP, what it gives is added to the stream.
        self.attention, self.mlp = attention or mixing, mlp


LLAMA = Modules("model.layers", "post_attention_layernorm", "self_attn.o_proj", "mlp.down_proj")
GEMMA = Modules("model.layers", "pre_feedforward_layernorm", "self_attn.o_proj", "mlp.down_proj",
                "post_feedforward_layernorm", "post_attention_layernorm")
FAMILIES = {
    "gpt2": Modules("transformer.h", "ln_2", "attn.c_proj", "mlp.c_proj"),
    "gpt_neo": Modules("transformer.h", "ln_2", "attn.attention.out_proj", "mlp.c_proj"),
    "gpt_neox": Modules("gpt_neox.layers", "post_attention_layernorm", "attention.dense", "mlp.dense_4h_to_h"),
    **dict.fromkeys(("llama", "qwen2", "qwen3", "mistral"), LLAMA),
    **dict.fromkeys(("gemma2", "gemma3_text"), GEMMA),
}
PLAIN = ("hook_attn_out", "hook_mlp_out", "hook_resid_post")


def is_plain(site):
    """One of the sites that lie between the parts of a block, each once."""
    return site == "blocks.0.hook_resid_pre" or site.endswith(PLAIN)


def is_tap(site):
    """Any site but the stream before a later block, which is that after the one before it."""
    return site == "blocks.0.hook_resid_pre" or not site.endswith("resid_pre")


def inside(name):
    """Files call GPT-NeoX's unembedding embed_out, the class of transformers 5 lm_head."""
    return name.replace("embed_out.", "lm_head.")


def untouched(site, h):
    return h


@contextlib.contextmanager
def as_wide_as(dtype):
    """Norms, softmax and rotary positions are float32 in transformers whatever a model's type; here float64 in float64."""
    if dtype == torch.float32:
        yield
        return
    kept = torch.float32, torch.float, torch.Tensor.float, torch.get_default_dtype()
    torch.float32 = torch.float = torch.float64
    torch.Tensor.float = torch.Tensor.double
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.float32, torch.float, torch.Tensor.float = kept[:3]
        torch.set_default_dtype(kept[3])


class Reference:
    def __init__(self, config, weights, dtype=torch.float32):
        """`weights`: name -> array of float32 (float16 files widened)."""
        self.config, self.dtype = config, dtype
        self.weights = {name: torch.from_numpy(array.copy()).to(dtype) for name, array in weights.items()}
        said = {key: copy.deepcopy(value) for key, value in config.items() if key not in ("architectures", "torch_dtype")}
        with as_wide_as(dtype):
            self.module = AutoModelForCausalLM.from_config(
                AutoConfig.for_model(**said), attn_implementation="eager", dtype=dtype).eval()
        named = {inside(name): tensor for name, tensor in self.weights.items()}
        missing, unexpected = self.module.load_state_dict(named, strict=False)
        tied = [name for name in missing if not name.endswith(("lm_head.weight", ".attn.attention.bias", "masked_bias"))]
        if unexpected or tied or (missing and "lm_head.weight" in missing and not self.module.config.tie_word_embeddings):
            raise ValueError(f"{config['model_type']}: missing {missing}, unexpected {unexpected}")
        self.places = FAMILIES[config["model_type"]]
        self.blocks = self.module.get_submodule(self.places.layers)
        self.layers = len(self.blocks)
        #: Attention and MLP read the same stream: none lies between them.
        self.parallel = bool(getattr(self.module.config, "use_parallel_residual", False))

    def stored(self):
        """The weights as they are now, under the names of files."""
        table = self.module.state_dict()
        return {name: table[inside(name)].numpy().copy() for name in self.weights}

    def hooked(self, visit):
        """Handles of the hooks that call `visit`."""
        return [handle for layer in range(self.layers) for handle in self.hooks(layer, visit)]

    def hooks(self, layer, visit):
        block, places, name = self.blocks[layer], self.places, f"blocks.{layer}."
        seen = {}

        def at(site, batch):
            h = visit(name + site, batch[0])
            return batch if h is batch[0] else h[None]

        def enter(_, args, kwargs):
            seen["pre"] = at("hook_resid_pre", args[0])
            return (seen["pre"], *args[1:]), kwargs

        def attended(_, args, out):
            out = at("hook_attn_out", out)
            if self.parallel:
                return out
            mid = seen["pre"] + out
            moved = at("hook_resid_mid", mid)
            return out if moved is mid else out + (moved - mid)

        def normalised(norm, args, out):
            bare = self.bare(norm, args[0])
            h = at("ln2.hook_normalized", bare)
            if h is not bare:
                gain = 1 + norm.weight if places is GEMMA else norm.weight
                out = h * gain + (getattr(norm, "bias", None) if hasattr(norm, "bias") else 0)
            return at("mlp.hook_in", out)

        def leave(_, args, out):
            h = at("hook_resid_post", out[0] if isinstance(out, tuple) else out)
            return (h, *out[1:]) if isinstance(out, tuple) else h

        def before(site):
            return lambda _, args: (at(site, args[0]), *args[1:])

        of = block.get_submodule
        yield block.register_forward_pre_hook(enter, with_kwargs=True)
        yield of(places.mixing).register_forward_pre_hook(before("attn.hook_z"))
        yield of(places.attention).register_forward_hook(attended)
        yield of(places.norm).register_forward_hook(normalised)
        yield of(places.down).register_forward_pre_hook(before("mlp.hook_post"))
        yield of(places.mlp).register_forward_hook(lambda _, args, out: at("hook_mlp_out", out))
        yield block.register_forward_hook(leave)

    def bare(self, norm, x):
        """The norm's own class at work, with a gain of 1 and no bias."""
        if isinstance(norm, torch.nn.LayerNorm):
            return torch.nn.functional.layer_norm(x, norm.normalized_shape, eps=norm.eps)
        kept, one = norm.weight, 0.0 if self.places is GEMMA else 1.0
        norm.weight = torch.nn.Parameter(torch.full_like(kept, one), requires_grad=False)
        try:
            return norm.forward(x)
        finally:
            norm.weight = kept

    def run(self, ids, visit=untouched, cache=None):
        """Logits [T, V], with gradients where they are asked for."""
        handles = [] if visit is untouched else self.hooked(visit)
        try:
            with as_wide_as(self.dtype):
                out = self.module(torch.tensor([list(ids)]), cache=cache, use_cache=cache is not None)
        finally:
            for handle in handles:
                handle.remove()
        return out.logits[0]

    @torch.no_grad()
    def forward(self, ids, visit=untouched):
        """Logits [T, V]."""
        return self.run(ids, visit)

    @torch.no_grad()
    def taps(self, ids):
        """Logits, and every site's stream by name."""
        seen = {}

        def keep(site, h):
            seen[site] = h
            return h

        return self.forward(ids, keep), seen

    @torch.no_grad()
    def unembedded(self, h):
        """What the end of the model makes of a stream [T, d]; on any residual site it is the logit lens."""
        last = f"blocks.{self.layers - 1}.hook_resid_post"
        return self.forward([0] * len(h), lambda site, x: h if site == last else x)

    @torch.no_grad()
    def greedy(self, ids, count, visit=untouched):
        """`count` likeliest tokens, one by one over transformers' own cache; logits [T + count - 1, V] of all positions."""
        cache = DynamicCache(config=self.module.config)
        written, rows, pending = [], [], list(ids)
        while len(written) < count:
            token = pending.pop(0) if pending else written[-1]
            rows.append(self.run([token], visit, cache)[0])
            if not pending:
                written.append(int(rows[-1].argmax()))
        return written, torch.stack(rows)
