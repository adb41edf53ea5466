"""Gemma 2 and the text part of Gemma 3, after transformers' models/gemma2/modeling_gemma2.py and
models/gemma3/modeling_gemma3.py."""
import torch

from decoder import ACTIVATIONS, Decoder, rates, rotated
from qwen import scaled


class Gemma(Decoder):
    def read(self, config):
        self.act = ACTIVATIONS[config["hidden_activation"]]
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.kv_heads, self.head_dim = config["num_key_value_heads"], config["head_dim"]
        self.cap = config.get("attn_logit_softcapping")
        self.final_cap = config.get("final_logit_softcapping")
        self.third = config["model_type"] == "gemma3_text"
        self.unembedding = self.weights["model.embed_tokens.weight"]

    def scale(self, layer):
        return self.config["query_pre_attn_scalar"] ** -0.5

    def local(self, layer):
        """Gemma 2: even layers. Gemma 3: all but every sixth, or as `sliding_window_pattern` says."""
        return (layer + 1) % self.config["sliding_window_pattern"] != 0 if self.third else layer % 2 == 0

    def window(self, layer):
        return self.config["sliding_window"] if self.local(layer) else None

    def norm(self, name, x):
        return self.rms_norm(1 + self.weights[name + ".weight"], x, self.config["rms_norm_eps"])

    def embedded(self, ids, positions):
        # Rounded to the type of the hidden states.
        factor = torch.tensor(self.config["hidden_size"] ** 0.5, dtype=self.dtype)
        return self.weights["model.embed_tokens.weight"][ids] * factor

    def qkv(self, layer, x, positions):
        name = f"model.layers.{layer}.self_attn."
        q, k, v = (self.linear(f"{name}{part}_proj", x, bias=False).view(len(x), -1, self.head_dim) for part in "qkv")
        theta, scaling = self.config["rope_theta"], self.config.get("rope_scaling")
        if self.third:
            q, k = self.norm(name + "q_norm", q), self.norm(name + "k_norm", k)
            if self.local(layer):
                theta, scaling = self.config["rope_local_base_freq"], None
        turns = scaled(rates(theta, self.head_dim, self.dtype), scaling)
        return rotated(q, positions, turns), rotated(k, positions, turns), v

    def block(self, layer, h, attend, visit):
        name = f"model.layers.{layer}."
        out = self.linear(name + "self_attn.o_proj", attend(layer, self.norm(name + "input_layernorm", h)), bias=False)
        h = h + visit("attn_out", self.norm(name + "post_attention_layernorm", out))
        x = self.norm(name + "pre_feedforward_layernorm", h)
        gate, up = (self.linear(f"{name}mlp.{part}_proj", x, bias=False) for part in ("gate", "up"))
        out = self.linear(name + "mlp.down_proj", self.act(gate) * up, bias=False)
        return h + visit("mlp_out", self.norm(name + "post_feedforward_layernorm", out))

    def final(self, h):
        return self.norm("model.norm", h)
