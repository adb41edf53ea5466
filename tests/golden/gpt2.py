"""GPT-2, after transformers' models/gpt2/modeling_gpt2.py."""
from decoder import ACTIVATIONS, Decoder


class Gpt2(Decoder):
    def read(self, config):
        if config.get("scale_attn_by_inverse_layer_idx"):
            raise ValueError("no scaling by layers")
        self.act = ACTIVATIONS[config["activation_function"]]
        self.layers, self.heads, self.kv_heads = config["n_layer"], config["n_head"], config["n_head"]
        self.head_dim = config["n_embd"] // self.heads
        self.unembedding = self.weights["transformer.wte.weight"]

    def conv(self, name, x):
        """Conv1D: weights [in, out]."""
        return x @ self.weights[name + ".weight"] + self.weights[name + ".bias"]

    def norm(self, name, x):
        return self.layer_norm(name, x, self.config["layer_norm_epsilon"])

    def embedded(self, ids, positions):
        return self.weights["transformer.wte.weight"][ids] + self.weights["transformer.wpe.weight"][positions]

    def qkv(self, layer, x, positions):
        fused = self.conv(f"transformer.h.{layer}.attn.c_attn", x)
        return [part.view(len(x), self.heads, self.head_dim) for part in fused.chunk(3, dim=-1)]

    def block(self, layer, h, attend, visit):
        name = f"transformer.h.{layer}."
        h = h + visit("attn_out", self.conv(name + "attn.c_proj", attend(layer, self.norm(name + "ln_1", h))))
        inner = self.act(self.conv(name + "mlp.c_fc", self.norm(name + "ln_2", h)))
        return h + visit("mlp_out", self.conv(name + "mlp.c_proj", inner))

    def final(self, h):
        return self.norm("transformer.ln_f", h)
