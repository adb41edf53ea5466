"""Which text is read when: windows of one length, each once before any comes again, some laid out as a conversation."""

import numpy as np
import torch

from texts import token_files

#: Tokens of a window; the first is HEAD, <|im_start|>: the file's token for a beginning, and what every conversation
#: begins with. The model spends the first place of any text on an activation a hundred times larger than others.
WINDOW, HEAD = 256, 1
#: Ids below stand for themselves (<|im_start|>, <|im_end|>, <|endoftext|>, …): SAEs neither learn nor see them.
SPECIAL = 17
SHARES = {"article": 0.48, "code": 0.14, "story": 0.13, "review": 0.06, "talk": 0.03, "news": 0.04, "speech": 0.02,
          "languages": 0.04, "textbook": 0.03, "facts": 0.03}
#: The share of windows in which a text is said by a user and gone on with by the assistant.
CONVERSATIONS = 1 / 16
BEGIN = ("<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
         "<|im_start|>user\n")
ANSWER = "<|im_end|>\n<|im_start|>assistant\n"


def windows(tokens):
    """Rows of WINDOW tokens, each beginning with HEAD."""
    body = WINDOW - 1
    rows = len(tokens) // body
    cut = np.asarray(tokens[: rows * body], np.int64).reshape(rows, body)
    return np.concatenate([np.full((rows, 1), HEAD), cut], 1)


def learnt(ids):
    """Which places of rows of ids count: not the first, nothing special."""
    keep = ids >= SPECIAL
    keep[:, 0] = False
    return keep


def conversation(window, begin, answer, at):
    """The text of a window as a user's words and, from the token `at` on, the assistant's."""
    text = window[1:]
    return np.concatenate([begin, text[:at], answer, text[at:]])[: len(window)]


class Rows:
    """`taken` {kind: rows read so far} is all that has to be kept to go on."""

    def __init__(self, data, tokenizer, seed, taken=None):
        self.files, self.seed = token_files(data, "train"), seed
        self.kinds = [kind for kind in SHARES if len(self.files.get(kind, ())) >= WINDOW]
        shares = np.array([SHARES[kind] for kind in self.kinds])
        self.shares = shares / shares.sum()
        self.taken = dict.fromkeys(self.kinds, 0) | (taken or {})
        self.begin, self.answer = (np.array(tokenizer.encode(text).ids) for text in (BEGIN, ANSWER))
        self.orders = {}

    def next_of(self, kind):
        tokens, body = self.files[kind], WINDOW - 1
        rows = len(tokens) // body
        around, at = divmod(self.taken[kind], rows)
        self.taken[kind] += 1
        if self.orders.get(kind, (None,))[0] != around:
            key = [self.seed, list(SHARES).index(kind), around]
            self.orders[kind] = around, np.random.default_rng(key).permutation(rows)
        start = self.orders[kind][1][at] * body
        return windows(tokens[start : start + body])[0]

    def draw(self, step, batch):
        """[batch, WINDOW] ids; every step is to be asked for once, in order."""
        rng = np.random.default_rng([self.seed, len(SHARES), step])
        out = []
        for kind in rng.choice(self.kinds, batch, p=self.shares):
            row = self.next_of(kind)
            if rng.random() < CONVERSATIONS:
                row = conversation(row, self.begin, self.answer, rng.integers(16, WINDOW // 2))
            out.append(row)
        return torch.from_numpy(np.stack(out))
