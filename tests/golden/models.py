"""The reference model of a config."""
import torch

from gemma import Gemma
from gpt2 import Gpt2
from llama import Llama
from neo import Neo
from neox import NeoX
from qwen import Qwen

FAMILIES = {"gpt2": Gpt2, "gpt_neox": NeoX, "gpt_neo": Neo, "qwen2": Qwen, "gemma2": Gemma, "gemma3_text": Gemma}


def model(config, weights, dtype=torch.float32):
    """llama.py where it does: it knows neither biases nor scaled positions."""
    plain = not config.get("attention_bias") and not config.get("rope_scaling")
    if config["model_type"] == "llama":
        return (Llama if plain else Qwen)(config, weights, dtype)
    return FAMILIES[config["model_type"]](config, weights, dtype)
