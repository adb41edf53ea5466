"""Which SAEs there are: one on the residual stream after each of these layers."""

from dictionaries import Dictionary

#: Not the last one: nothing comes after it that forgives an error.
LAYERS = (2, 6, 10, 14, 18, 22, 26, 28)
FEATURES, K = 4096, 40


def site(layer):
    return f"blocks.{layer}.hook_resid_post"


def dictionary(layer):
    return Dictionary(site(layer), FEATURES, K)
