"""Llama-shaped models with biases and scaled rotary positions, after transformers' models/llama/modeling_llama.py,
models/qwen2/modeling_qwen2.py and modeling_rope_utils.py."""
import math

import torch

from decoder import Decoder, rates, rotated, silu


def scaled(rates, scaling):
    kind = (scaling or {}).get("rope_type", "default")
    if kind == "default":
        return rates
    if kind == "linear":
        return rates / scaling["factor"]
    if kind != "llama3":
        raise ValueError(f"rope_type {kind}")
    low, high, before = (scaling[key] for key in (
        "low_freq_factor", "high_freq_factor", "original_max_position_embeddings"))
    wavelengths = 2 * math.pi / rates
    out = torch.where(wavelengths > before / low, rates / scaling["factor"], rates)
    smooth = (before / wavelengths - low) / (high - low)
    blended = (1 - smooth) * rates / scaling["factor"] + smooth * rates
    between = ~(wavelengths < before / high) & ~(wavelengths > before / low)
    return torch.where(between, blended, out)


class Qwen(Decoder):
    def read(self, config):
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.kv_heads = config["num_key_value_heads"]
        self.head_dim = config.get("head_dim") or config["hidden_size"] // self.heads
        tied = config.get("tie_word_embeddings", False)
        self.unembedding = self.weights["model.embed_tokens.weight" if tied else "lm_head.weight"]
        self.qwen = config["model_type"] == "qwen2"

    def norm(self, name, x):
        return self.rms_norm(self.weights[name + ".weight"], x, self.config["rms_norm_eps"])

    def embedded(self, ids, positions):
        return self.weights["model.embed_tokens.weight"][ids]

    def qkv(self, layer, x, positions):
        name = f"model.layers.{layer}.self_attn."
        q, k, v = (self.linear(f"{name}{part}_proj", x).view(len(x), -1, self.head_dim) for part in "qkv")
        turns = scaled(rates(self.config["rope_theta"], self.head_dim, self.dtype), self.config.get("rope_scaling"))
        return rotated(q, positions, turns), rotated(k, positions, turns), v

    def block(self, layer, h, attend, visit):
        name = f"model.layers.{layer}."
        mixed = attend(layer, self.norm(name + "input_layernorm", h))
        # Qwen2Attention: o_proj has no bias; LlamaAttention with attention_bias: all four have one.
        h = h + visit("attn_out", self.linear(name + "self_attn.o_proj", mixed, bias=not self.qwen))
        x = self.norm(name + "post_attention_layernorm", h)
        gate, up = (self.linear(f"{name}mlp.{part}_proj", x, bias=False) for part in ("gate", "up"))
        return h + visit("mlp_out", self.linear(name + "mlp.down_proj", silu(gate) * up, bias=False))

    def final(self, h):
        return self.norm("model.norm", h)
