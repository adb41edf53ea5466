"""What a pack states of its SAEs on texts that ship with it, as models/recipe/pack.py does (function check).

Other than in summaries.metrics, every token after the special one is predicted, the special one is never replaced,
and nmse is the mean over tokens of their own ratios.
"""
import torch

TEXTS = 6


def loss(logits, ids):
    """Sum over the tokens after the first of -ln p, in nats."""
    return torch.nn.functional.cross_entropy(logits[:-1], torch.tensor(ids[1:]), reduction="sum").item()


def spliced(llama, ids, site, change):
    """Logits where `change` gives the rows of `site`, that of the special token excepted."""
    def visit(at, h):
        return torch.cat((h[:1], change(h[1:]))) if at == site else h

    return llama.forward(ids, visit)


def check(llama, saes, docs, kinds):
    """`model.metrics.check` on the first documents of kind 0; each begins with token 0 and holds no other."""
    docs = [ids for ids, kind in zip(docs, kinds) if kind == 0][:TEXTS]
    tokens, out = sum(len(ids) - 1 for ids in docs), {}
    taps = [llama.taps(ids) for ids in docs]
    clean = sum(loss(logits, ids) for (logits, _), ids in zip(taps, docs)) / tokens
    for name, sae in saes.items():
        x = torch.cat([seen[sae.site][1:] for _, seen in taps])
        a = sae.encode(x)
        ratio = (x - sae.reconstruct(x, a)).pow(2).sum(1) / x.pow(2).sum(1)
        own = lambda h: sae.reconstruct(h, sae.encode(h))
        there, zero = (sum(loss(spliced(llama, ids, sae.site, change), ids) for ids in docs) / tokens
                       for change in (own, torch.zeros_like))
        out[name] = {"l0": (a > 0).sum().item() / tokens, "nmse": ratio.double().mean().item(), "ce_clean": clean,
                     "ce_sae": there, "ce_zero": zero, "ce_recovered": (zero - there) / (zero - clean)}
    return {"texts": len(docs), "tokens": tokens, "saes": out}
