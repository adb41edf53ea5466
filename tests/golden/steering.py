"""Edits of the residual stream by features: `add:s` h += s·w; `set:v` h += (v − a)·w; `scale:r` h += (r − 1)·a·w;
`ablate` is `set:0`. w is the decoder row as stored, a the activation on the stream as it arrives."""
from collections import namedtuple

import torch

Edit = namedtuple("Edit", "sae index mode value")


def parse(line):
    """`blocks.1.hook_mlp_out/12=add:6` -> Edit."""
    feature, _, rest = line.partition("=")
    name, _, index = feature.rpartition("/")
    mode, _, value = rest.partition(":")
    if mode not in ("add", "set", "scale", "ablate"):
        raise ValueError(f"{line}: mode {mode}")
    return Edit(name, int(index), mode, float(value or 0))


def visitor(edits, saes):
    """The `visit` of reference.py that applies the edits. All activations at a site are taken before any edit there."""
    edits = [parse(edit) for edit in edits]

    def visit(site, h):
        here = [edit for edit in edits if saes[edit.sae].site == site]
        codes = {edit.sae: saes[edit.sae].encode(h) for edit in here}
        change = torch.zeros_like(h)
        for edit in here:
            a = codes[edit.sae][:, edit.index, None]
            if edit.mode == "add":
                amount = torch.full_like(a, edit.value)
            elif edit.mode == "scale":
                amount = (edit.value - 1) * a
            else:
                amount = edit.value - a
            change = change + amount * saes[edit.sae].rows[edit.index]
        return h + change if here else h

    return visit
