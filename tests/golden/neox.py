"""GPT-NeoX (Pythia), after transformers' models/gpt_neox/modeling_gpt_neox.py."""
from decoder import ACTIVATIONS, Decoder, rates, rotated


class NeoX(Decoder):
    def read(self, config):
        self.act = ACTIVATIONS[config["hidden_act"]]
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.kv_heads, self.head_dim = self.heads, config["hidden_size"] // self.heads
        self.turning = int(self.head_dim * config["rotary_pct"])
        self.unembedding = self.weights["embed_out.weight"]

    def norm(self, name, x):
        return self.layer_norm(name, x, self.config["layer_norm_eps"])

    def embedded(self, ids, positions):
        return self.weights["gpt_neox.embed_in.weight"][ids]

    def qkv(self, layer, x, positions):
        fused = self.linear(f"gpt_neox.layers.{layer}.attention.query_key_value", x)
        # [T, heads, 3 · head_dim]: each head's query, key and value side by side.
        q, k, v = fused.view(len(x), self.heads, 3 * self.head_dim).chunk(3, dim=-1)
        turns = rates(self.config["rotary_emb_base"], self.turning, self.dtype)
        return rotated(q, positions, turns), rotated(k, positions, turns), v

    def block(self, layer, h, attend, visit):
        name = f"gpt_neox.layers.{layer}."
        out = self.linear(name + "attention.dense", attend(layer, self.norm(name + "input_layernorm", h)))
        out = visit("attn_out", out)
        read = h if self.config["use_parallel_residual"] else h + out
        inner = self.act(self.linear(name + "mlp.dense_h_to_4h", self.norm(name + "post_attention_layernorm", read)))
        return h + out + visit("mlp_out", self.linear(name + "mlp.dense_4h_to_h", inner))

    def final(self, h):
        return self.norm("gpt_neox.final_layer_norm", h)
