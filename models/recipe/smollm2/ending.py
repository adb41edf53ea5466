"""What SAEs are taught besides at the end: that the model says the same with their reconstruction.

Karvonen, 2503.17272: the divergence of what the model says joins the squared error in the last part of training. For
each layer this is a pass of the model from there and back, so only a part of the rows of each batch is asked, and there
what it says at some places.
"""

import torch

#: One part of the rows in so many is asked, at one place in so many.
PART, PLACE = 8, 4


class Ending:
    """`taps` {layer: [rows, length, width]} and `keep` [rows, length] of one batch, in parts of some rows each."""

    def __init__(self, model, taps, keep, weight, step, rows):
        self.model, self.weight = model, weight
        self.taps = {layer: x.split(rows) for layer, x in taps.items()}
        self.keep = keep.split(rows)
        self.asked = [part for part in range(len(self.keep)) if part % PART == step % PART]
        chosen = torch.zeros_like(keep)
        chosen[:, step % PLACE :: PLACE] = True
        self.places = (chosen & keep).split(rows)
        self.count = sum(int(self.places[part].sum()) for part in self.asked)
        self.clean = {}

    def said(self, x, part):
        return self.model.said(x[self.places[part]])

    def listen(self, part):
        """Keeps what the model says without any edit."""
        with torch.no_grad():
            self.clean[part] = self.said(self.taps[self.model.shape.layers - 1][part], part).softmax(-1)

    def pull(self, layer):
        """A function as `TopK.step` takes it: the gradient of the weighted mean divergence, in nats."""
        def of(part, reconstruction):
            if part not in self.clean:
                return None
            with torch.enable_grad():
                x = reconstruction.detach().requires_grad_()
                end = self.taps[layer][part].clone()
                end[self.keep[part]] = x
                for end in self.model.onward(end, layer + 1):
                    pass
                logits = self.said(end, part)
                # The slope of the divergence by the logits.
                slope = (logits.detach().softmax(-1) - self.clean[part]) * (self.weight / self.count)
                return torch.autograd.grad(logits, x, slope)[0]
        return of
