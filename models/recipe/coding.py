"""Text through the model and every SAE; the codes of long texts are kept in files."""

import json
from pathlib import Path

import numpy as np
import torch

from dictionaries import DICTIONARIES
from side_by_side import side_by_side
from transformer import CONTEXT, SITES, WIDTH


def windows(tokens):
    """Rows of CONTEXT tokens, each beginning with token 0."""
    body = CONTEXT - 1
    rows = len(tokens) // body
    cut = torch.from_numpy(tokens[: rows * body].astype(np.int64)).view(rows, body)
    return torch.cat([torch.zeros(rows, 1, dtype=torch.long), cut], 1)


def mixed(held, count, seed):
    """About `count` tokens in rows of every held-out set, shuffled: equal parts as far as a set has them."""
    sets = {name: windows(tokens) for name, tokens in held.items()}
    wanted, left = {}, count // (CONTEXT - 1) + 1
    for at, name in enumerate(sorted(sets, key=lambda n: len(sets[n]))):
        wanted[name] = min(len(sets[name]), -(-left // (len(sets) - at)))
        left -= wanted[name]
    rng = np.random.default_rng(seed)
    together = torch.cat([rows[torch.from_numpy(rng.permutation(len(rows))[: wanted[name]])]
                          for name, rows in sets.items()])
    return together[torch.from_numpy(rng.permutation(len(together)))]


def padded(documents):
    """Documents (ids that begin with 0) as rows of one length, filled up with token 0."""
    ids = torch.zeros(len(documents), max(map(len, documents)), dtype=torch.long)
    for row, document in enumerate(documents):
        ids[row, : len(document)] = torch.tensor(document)
    return ids


def activations(model, batches):
    """For each batch of rows: the ids that are not special, and every site's float32 activations of them."""
    for ids in batches:
        with torch.no_grad():
            taps, _ = model.tapped(ids)
        keep = ids.flatten() != 0
        yield ids.flatten()[keep], {site: taps[site].flatten(0, 1)[keep] for site in SITES}


def site_means(model, rows):
    """Mean activation at each site, and the singular values of what is left, special tokens left out."""
    sums = {site: torch.zeros(WIDTH, dtype=torch.float64) for site in SITES}
    squares = {site: torch.zeros(WIDTH, WIDTH, dtype=torch.float64) for site in SITES}
    count = 0
    for ids, taps in activations(model, rows.split(16)):
        count += len(ids)
        for site, x in taps.items():
            sums[site] += x.double().sum(0)
            squares[site] += (x.t() @ x).double()
    means = {site: s / count for site, s in sums.items()}
    spreads = {site: torch.linalg.eigvalsh(squares[site] / count - torch.outer(m, m)).clamp_min(0).sqrt()
               for site, m in means.items()}
    return {site: m.float() for site, m in means.items()}, spreads


class Codes:
    """The codes of one SAE on a text: `values` f32 [tokens, k] (0 where silent) and `features` u16."""

    def __init__(self, folder, name, tokens, k, mode):
        at = Path(folder) / name.replace("/", "_")
        self.values = np.memmap(f"{at}.values", np.float32, mode, shape=(tokens, k))
        self.features = np.memmap(f"{at}.features", np.uint16, mode, shape=(tokens, k))


class Together:
    """Codes of texts one after the other: of each its first so many tokens."""

    def __init__(self, parts):
        self.values = np.concatenate([np.asarray(codes.values[:tokens]) for codes, tokens in parts])
        self.features = np.concatenate([np.asarray(codes.features[:tokens]) for codes, tokens in parts])


def encode(model, saes, batches, tokens, folder, means=None):
    """Codes of every SAE on the `tokens` tokens of `batches`, kept in `folder`, and the sums behind the reconstruction errors.

    `batches` is a list of rows of ids; special tokens are left out. A folder that is complete is only read.
    """
    folder = Path(folder)
    done = folder / "done.json"
    mode = "r" if done.exists() else "w+"
    folder.mkdir(parents=True, exist_ok=True)
    ends = np.cumsum([0, *(int((ids != 0).sum()) for ids in batches)])
    if ends[-1] != tokens:
        raise ValueError(f"{tokens} tokens were announced, {ends[-1]} came.")
    codes = {d.id: Codes(folder, d.id, tokens, d.k, mode) for d in DICTIONARIES}
    if done.exists():
        return codes, json.loads(done.read_text())

    def part(number):
        (_, taps), = activations(model, batches[number : number + 1])
        here, sums = slice(ends[number], ends[number + 1]), {}
        for d in DICTIONARIES:
            x = taps[d.site]
            values, features = saes[d.id].encode(x)
            codes[d.id].values[here] = values.numpy()
            codes[d.id].features[here] = features.numpy().astype(np.uint16)
            if means:
                error = (x - saes[d.id].decode(values, features)).pow(2).sum(1).double()
                spread = (x - means[d.site]).pow(2).sum(1).double().sum()
                sums[d.id] = np.array([float((error / x.pow(2).sum(1)).sum()), float(error.sum()), float(spread)])
        return sums

    total = {d.id: np.zeros(3) for d in DICTIONARIES}
    for sums in side_by_side(part, len(batches)):
        for name, s in sums.items():
            total[name] += s
    kept = {name: s.tolist() for name, s in total.items()}
    done.write_text(json.dumps(kept))
    return codes, kept
