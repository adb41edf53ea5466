"""Which SAEs the pack holds: the main one of every site, and two others for comparison."""

from dataclasses import dataclass

from transformer import EMBEDDING, LAYERS, SITES

MIDDLE = f"blocks.{LAYERS // 2}.hook_resid_post"


@dataclass(frozen=True)
class Dictionary:
    """`id` as the contract names it: `{site}`, or `{site}@{name}`; `heads` (h, m, n) makes it a KronSAE."""

    id: str
    features: int
    k: int
    heads: tuple = ()

    @property
    def site(self):
        return self.id.split("@")[0]


def main_one(site):
    """Attention writes into few directions and needs fewer features; the MLP's L0 is not compared with anyone's."""
    if site == EMBEDDING:
        return Dictionary(site, 1024, 16)
    if site.endswith("hook_attn_out"):
        return Dictionary(site, 1024, 32)
    return Dictionary(site, 2048, 48 if site.endswith("hook_mlp_out") else 32)


#: In the order of computation; the others after the main ones.
DICTIONARIES = [
    *(main_one(site) for site in SITES),
    Dictionary(f"{MIDDLE}@512", 512, 32),
    Dictionary(f"{MIDDLE}@kron", 2048, 32, (256, 2, 4)),
]
