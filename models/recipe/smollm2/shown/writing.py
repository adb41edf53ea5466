"""Texts that the model writes: many at once, token by token, with keys and values kept."""

import torch
import torch.nn.functional as F

from llama import rotary, turned
from rows import ANSWER, HEAD, SPECIAL

#: The tail is cut off twice: so many tokens are looked at, and of these the likeliest that make up this share.
LIKELIEST, SHARE, TEMPERATURE = 100, 0.95, 0.9
TOGETHER, LENGTH, LONGEST_TALK = 256, 128, 176
#: What a conversation begins with when its user speaks; the first is what the model's own template says.
SYSTEMS = ("You are a helpful AI assistant named SmolLM, trained by Hugging Face", "You are a friendly teacher.",
           "You answer briefly.", "You are a careful programmer.", "You are a storyteller who likes long sentences.")


class Cache:
    """Keys and values of all layers for rows that grow together."""

    def __init__(self, model, rows, length):
        shape = model.shape
        make = lambda: torch.zeros(shape.layers, rows, shape.kv_heads, length, shape.head, dtype=model.products)
        self.k, self.v = make(), make()
        self.cos, self.sin = (t.to(model.products) for t in rotary(length, shape))

    def step(self, model, ids, at):
        """Logits [rows, vocabulary] after the tokens `ids` [rows], all at place `at`."""
        heads, kv, head = model.shape.heads, model.shape.kv_heads, model.shape.head
        x = model.embedding[ids]
        here = slice(at, at + 1)
        for number, layer in enumerate(model.layers):
            qkv = F.linear(model.normed(x, layer.n1), layer.qkv).view(len(ids), heads + 2 * kv, 1, head)
            qk = turned(qkv[:, : heads + kv], self.cos[here], self.sin[here])
            self.k[number, :, :, at], self.v[number, :, :, at] = qk[:, heads:, 0], qkv[:, heads + kv :, 0]
            k, v = (t[number, :, :, : at + 1] for t in (self.k, self.v))
            mixed = F.scaled_dot_product_attention(qk[:, :heads], k, v, enable_gqa=True)
            x = x + F.linear(mixed.reshape(len(ids), -1), layer.o)
            x = x + model.mlp(layer, model.normed(x, layer.n2))
        return model.said(x)


def drawn(logits, generator):
    """One token of each row: special ones but the end of an answer are never drawn."""
    logits[:, :2] = logits[:, 3:SPECIAL] = -torch.inf
    likely, index = (logits / TEMPERATURE).topk(LIKELIEST, dim=-1)
    share = likely.softmax(-1)
    share[share.cumsum(-1) - share >= SHARE] = 0
    return index.gather(1, torch.multinomial(share, 1, generator=generator))[:, 0]


@torch.no_grad()
def written(model, prompts, length, generator):
    """Goes on with each prompt (ids) to `length` tokens, or to the end that the model sets; the prompts are part of it."""
    prompts = [p[: length - 1] for p in prompts]
    sizes = torch.tensor([len(p) for p in prompts])
    ids = torch.full((len(prompts), length), 2)
    for row, prompt in enumerate(prompts):
        ids[row, : len(prompt)] = torch.tensor(prompt)
    cache, ended = Cache(model, len(prompts), length), torch.zeros(len(prompts), dtype=torch.bool)
    for at in range(length - 1):
        logits = cache.step(model, ids[:, at], at)
        own = sizes <= at + 1
        if own.any():
            new = torch.where(ended, 2, drawn(logits, generator))
            ids[:, at + 1] = torch.where(own, new, ids[:, at + 1])
            ended |= own & (ids[:, at + 1] == 2)
        if ended.all():
            break
    ends = [next((i for i in range(size, length) if row[i] == 2), length) for row, size in zip(ids.tolist(), sizes.tolist())]
    return [row[:end] for row, end in zip(ids.tolist(), ends)]


def asked(question, system):
    return f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{question}{ANSWER}"


def prompts(openings, tokenizer):
    """(ids, how many of them are what a system says) of every opening, in the order of `openings`."""
    out = []
    for number, (kind, _, text) in enumerate(openings):
        if kind == "chat":
            system = SYSTEMS[number % len(SYSTEMS)]
            ids = tokenizer.encode(asked(text, system)).ids
            out.append((ids, len(tokenizer.encode(asked("", system).split("<|im_start|>user")[0]).ids)))
        else:
            out.append(([HEAD, *tokenizer.encode(text).ids], 0))
    return out


def texts(model, openings, tokenizer, seed, say=print):
    """A text for each opening, as (kind, what it is besides, ids, how many of them are what a system says)."""
    generator = torch.Generator().manual_seed(seed)
    begun, done = prompts(openings, tokenizer), {}
    for talk, length in ((False, LENGTH), (True, LONGEST_TALK)):
        these = [i for i, (kind, *_) in enumerate(openings) if (kind == "chat") == talk]
        for at in range(0, len(these), TOGETHER):
            group = these[at : at + TOGETHER]
            for i, ids in zip(group, written(model, [begun[i][0] for i in group], length, generator)):
                done[i] = ids
            say(f"{len(done)} texts, {sum(map(len, done.values()))} tokens")
    return [(kind, what, done[i], begun[i][1]) for i, (kind, what, _) in enumerate(openings)]
