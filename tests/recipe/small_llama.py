"""A random Llama in the form of SmolLM2; those who import this have put the recipe on the path."""
import torch

import llama
import opened


def small(layers):
    """A model of so many layers, and its tensors."""
    torch.manual_seed(1)
    width, kv, inner = 48, 16, 80
    sizes = {"self_attn.q_proj": (width, width), "self_attn.k_proj": (kv, width), "self_attn.v_proj": (kv, width),
             "self_attn.o_proj": (width, width), "mlp.gate_proj": (inner, width), "mlp.up_proj": (inner, width),
             "mlp.down_proj": (width, inner), "input_layernorm": (width,), "post_attention_layernorm": (width,)}
    tensors = {f"model.layers.{layer}.{name}.weight": size for layer in range(layers) for name, size in sizes.items()}
    tensors |= {"model.embed_tokens.weight": (300, width), "model.norm.weight": (width,)}
    tensors = {name: (torch.randn(size) * 0.3).numpy() for name, size in tensors.items()}
    return llama.Llama(opened.Shape(300, width, layers, 3, 1, 16, inner, 10_000.0, 1e-5), tensors, torch.float32), tensors
