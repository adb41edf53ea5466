"""What a pack may say besides of when features fire: on which tokens, together with which, after which matches."""
import numpy as np
import torch

import summaries

TOGETHER, STEPS = 5, 255


def codes(sae, llama, docs):
    """Activations [tokens, n], the special tokens in front left out."""
    return np.concatenate([sae.encode(llama.taps(ids)[1][sae.site][1:]).numpy() for ids in docs])


def entropy(a, tokens):
    """Bits, of the distribution over the token ids on which each feature is active."""
    out = np.zeros(a.shape[1])
    for i in np.flatnonzero((a > 0).any(0)):
        share = np.unique(tokens[a[:, i] > 0], return_counts=True)[1] / (a[:, i] > 0).sum()
        out[i] = -(share * np.log2(share)).sum()
    return {"token_entropy": out.astype(np.float16)}


def together(a):
    """The features whose activations correlate most (Pearson); 0 where one of the two never fires."""
    spread = a.std(0)
    centred = (a - a.mean(0)) / np.where(spread > 0, spread, 1)
    correlation = centred.T @ centred / len(a)
    np.fill_diagonal(correlation, 0)
    index = np.argsort(-correlation, axis=1, kind="stable")[:, :TOGETHER]
    return {"coactive.index": index.astype(np.uint16),
            "coactive.value": np.take_along_axis(correlation, index, 1).astype(np.float16)}


def groups(sae, a, llama, saes, docs):
    """Shares of each feature's active tokens by which top-1 matches are active too (arXiv 2502.03032, 5.1)."""
    sites = summaries.upstream(sae.site)
    place = np.zeros(a.shape, np.int64)
    for bit, kind in enumerate(("resid", "mlp", "attn")):
        other = saes[sites[kind]]
        match = (summaries.unit(sae.rows) @ summaries.unit(other.rows).T).argmax(1).numpy()
        place += (codes(other, llama, docs)[:, match] > 0) << bit
    # none, resid, mlp, attn, resid+mlp, resid+attn, mlp+attn, all
    order = [0b000, 0b001, 0b010, 0b100, 0b011, 0b101, 0b110, 0b111]
    found = np.stack([((place == bits) & (a > 0)).sum(0) for bits in order], 1)
    return {"group_share": (found / np.maximum(found.sum(1, keepdims=True), 1)).astype(np.float32)}


def compact(table):
    """The examples in as few bytes as the format allows: activations as steps of each feature's own size."""
    scale = np.where(table["max"] > 0, table["max"] / STEPS, 1).astype(np.float32)
    feature = np.repeat(np.arange(len(scale)), table["example_count"].sum(1, dtype=np.int64))
    steps = np.round(table["example_act"].astype(np.float32) / scale[feature]).clip(1, STEPS)
    return {**table, "example_act": steps.astype(np.uint8), "example_act.scale": scale,
            "example_quantile": table["example_quantile"].astype(np.float16)}


def table(sae, llama, saes, docs):
    a = codes(sae, llama, docs)
    tokens = np.concatenate([ids[1:] for ids in docs])
    out = {**entropy(a, tokens), **together(a)}
    if sae.name == sae.site:
        out.update(groups(sae, a, llama, saes, docs))
    return out


def metrics(sae, llama, docs, known):
    """The metrics that a pack may leave out."""
    x = np.concatenate([llama.taps(ids)[1][sae.site][1:].numpy() for ids in docs])
    density = (sae.encode(torch.from_numpy(x)).numpy() > 0).mean(0)
    spread = np.linalg.svd(x - x.mean(0), compute_uv=False)
    share = spread / spread.sum()
    edges = [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0]
    counts = np.histogram(np.log10(density[density > 0]), edges)[0]
    return {"explained_variance": 1 - known["fvu"], "effective_rank": float(np.exp(-(share * np.log(share)).sum())),
            "density_histogram": {"edges": edges, "counts": counts.tolist()}}
