"""The default pack's language model: Llama-shaped, in PyTorch, with a tap at every site."""

import functools
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

VOCAB, WIDTH, LAYERS, HEADS, KV_HEADS, HEAD, INNER, CONTEXT = 4096, 256, 6, 8, 4, 32, 768, 256
EPSILON, THETA = 1e-5, 10000.0

EMBEDDING = "blocks.0.hook_resid_pre"
#: Sites with an SAE, in the order of computation.
SITES = [EMBEDDING] + [
    f"blocks.{layer}.{hook}"
    for layer in range(LAYERS)
    for hook in ("hook_attn_out", "hook_mlp_out", "hook_resid_post")
]
#: The residual stream as it enters each layer, and after the last.
RESIDUAL = [EMBEDDING] + [f"blocks.{layer}.hook_resid_post" for layer in range(LAYERS)]


class RMSNorm(nn.Module):
    def __init__(self):
        super().__init__()
        self.g = nn.Parameter(torch.ones(WIDTH))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON) * self.g


@functools.lru_cache(maxsize=None)
def rotary(dtype, device):
    """cos and sin, [CONTEXT, HEAD], as Hugging Face lays them out (halves, not pairs)."""
    frequency = 1 / (THETA ** (torch.arange(0, HEAD, 2).float() / HEAD))
    angle = torch.outer(torch.arange(CONTEXT).float(), frequency)
    angle = torch.cat([angle, angle], -1)
    return angle.cos().to(device, dtype), angle.sin().to(device, dtype)


def rotate_half(x):
    a, b = x.chunk(2, -1)
    return torch.cat([-b, a], -1)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = RMSNorm(), RMSNorm()
        self.qkv = nn.Linear(WIDTH, (HEADS + 2 * KV_HEADS) * HEAD, bias=False)
        self.o = nn.Linear(HEADS * HEAD, WIDTH, bias=False)
        self.gu = nn.Linear(WIDTH, 2 * INNER, bias=False)
        self.down = nn.Linear(INNER, WIDTH, bias=False)

    def attn(self, x, past=None):
        """`past` holds the keys and values of what was read before, and is extended."""
        batch, length, _ = x.shape
        total = length + (past[0].shape[2] if past else 0)
        group = HEADS // KV_HEADS
        qkv = self.qkv(self.n1(x)).view(batch, length, HEADS + 2 * KV_HEADS, HEAD).transpose(1, 2)
        qk, v = qkv[:, : HEADS + KV_HEADS], qkv[:, HEADS + KV_HEADS :]
        cos, sin = rotary(qk.dtype, qk.device)
        qk = qk * cos[total - length : total] + rotate_half(qk) * sin[total - length : total]
        q, k = qk[:, :HEADS], qk[:, HEADS:]
        if past is not None:
            k, v = (torch.cat(pair, 2) for pair in zip(past, (k, v))) if past else (k, v)
            past[:] = k, v
        q = q.reshape(batch, KV_HEADS, group * length, HEAD)
        scores = (q @ k.transpose(-1, -2)).view(batch, KV_HEADS, group, length, total)
        mask = torch.full((length, total), float("-inf"), device=x.device).triu(1 + total - length).to(scores.dtype)
        weights = (scores * HEAD**-0.5 + mask).softmax(-1).to(v.dtype)
        mixed = weights.view(batch, KV_HEADS, group * length, total) @ v
        mixed = mixed.view(batch, HEADS, length, HEAD).transpose(1, 2)
        return self.o(mixed.reshape(batch, length, HEADS * HEAD))

    def mlp(self, x):
        gate, up = self.gu(self.n2(x)).chunk(2, -1)
        return self.down(F.silu(gate) * up)


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.e = nn.Embedding(VOCAB, WIDTH)
        self.b = nn.ModuleList(Block() for _ in range(LAYERS))
        self.n = RMSNorm()
        for p in self.parameters():
            if p.dim() == 2:
                nn.init.normal_(p, std=0.02)
        for b in self.b:
            for out in (b.o, b.down):
                nn.init.normal_(out.weight, std=0.02 / math.sqrt(2 * LAYERS))

    def hidden(self, ids, past=None):
        """The last residual after the final norm, [batch, length, WIDTH]."""
        return self.tapped(ids, past=past)[1]

    def tapped(self, ids, past=None):
        """Every site's activations by name, and the normed last residual.

        `past`, a list of LAYERS lists, empty at first, holds what was read before `ids`.
        """
        taps = {}

        def tap(site, x):
            taps[site] = x
            return x

        return taps, self.onward(tap(EMBEDDING, self.e(ids)), tap, past=past)

    def onward(self, x, tap, first=0, past=None):
        """The normed last residual, from the residual stream `x` that enters layer `first`.

        `tap(site, x)` sees the value of every later site, and gives the value that is gone on with.
        """
        for layer in range(first, LAYERS):
            block = self.b[layer]
            x = x + tap(f"blocks.{layer}.hook_attn_out", block.attn(x, past and past[layer]))
            x = x + tap(f"blocks.{layer}.hook_mlp_out", block.mlp(x))
            x = tap(f"blocks.{layer}.hook_resid_post", x)
        return self.n(x)

    def edited(self, taps, site, edit):
        """The normed last residual with `edit(value)` in the place of a site's value; `taps` of a pass without."""
        replace = lambda at, x: edit(x) if at == site else x
        if site in RESIDUAL:
            return self.onward(edit(taps[site]), replace, RESIDUAL.index(site))
        layer = int(site.split(".")[1])
        return self.onward(taps[RESIDUAL[layer]], replace, layer)

    def loss(self, ids, targets):
        """Mean cross-entropy in nats; targets of -1 do not count."""
        logits = self.hidden(ids).flatten(0, 1) @ self.e.weight.t()
        return F.cross_entropy(logits.float(), targets.flatten(), ignore_index=-1)


def half(model):
    """What ships is float16: everything after is computed with these weights, as float32."""
    for p in model.parameters():
        p.data = p.data.half().float()
        p.requires_grad_(False)
    return model


def hugging_face(model):
    """The weights under the names of Hugging Face's LlamaForCausalLM."""
    tensors = {"model.embed_tokens.weight": model.e.weight, "model.norm.weight": model.n.g}
    for layer, b in enumerate(model.b):
        q, k, v = b.qkv.weight.split([HEADS * HEAD, KV_HEADS * HEAD, KV_HEADS * HEAD])
        gate, up = b.gu.weight.split([INNER, INNER])
        parts = {
            "self_attn.q_proj": q, "self_attn.k_proj": k, "self_attn.v_proj": v,
            "self_attn.o_proj": b.o.weight, "mlp.gate_proj": gate, "mlp.up_proj": up,
            "mlp.down_proj": b.down.weight, "input_layernorm": b.n1.g,
            "post_attention_layernorm": b.n2.g,
        }
        for name, weight in parts.items():
            tensors[f"model.layers.{layer}.{name}.weight"] = weight
    return {name: weight.detach().float() for name, weight in tensors.items()}


def own(tensors):
    """The state of a LanguageModel, of numpy arrays under Hugging Face's names: what `hugging_face` wrote."""
    t = {name: torch.from_numpy(array).float() for name, array in tensors.items()}
    state = {"e.weight": t["model.embed_tokens.weight"], "n.g": t["model.norm.weight"]}
    for layer in range(LAYERS):
        of = lambda *names: torch.cat([t[f"model.layers.{layer}.{name}.weight"] for name in names])
        state |= {f"b.{layer}.{name}": value for name, value in {
            "qkv.weight": of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
            "o.weight": of("self_attn.o_proj"), "gu.weight": of("mlp.gate_proj", "mlp.up_proj"),
            "down.weight": of("mlp.down_proj"), "n1.g": of("input_layernorm"),
            "n2.g": of("post_attention_layernorm")}.items()}
    return state


def config():
    """config.json in Hugging Face's words."""
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": VOCAB,
        "hidden_size": WIDTH, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "num_key_value_heads": KV_HEADS, "head_dim": HEAD, "intermediate_size": INNER,
        "max_position_embeddings": CONTEXT, "rms_norm_eps": EPSILON, "rope_theta": THETA,
        "tie_word_embeddings": True, "hidden_act": "silu", "attention_bias": False,
        "mlp_bias": False, "bos_token_id": 0, "eos_token_id": 0,
    }
