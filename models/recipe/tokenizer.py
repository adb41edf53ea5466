"""Byte-level byte-pair encoding: training, encoding, and Hugging Face's tokenizer.json."""

import collections
import heapq
import re
import sys
import unicodedata

SPECIAL = "<|endoftext|>"

#: Unicode's white space; numbers that `\d` leaves out, such as ½ and Ⅷ.
_SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_NUMBERS = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(c) in ("Nl", "No"))
#: GPT-2's pre-tokenizer pattern, in the words of Python's own `re`, which has no \p{L} and \p{N}; but numbers
#: in pairs of digits, so that a year is a century and a rest.
PIECES = re.compile(
    rf"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_{_NUMBERS}]+| ?[\d{_NUMBERS}]{{1,2}}| ?(?:[^{_SPACE}\w]|_)+"
    rf"|[{_SPACE}]+(?![^{_SPACE}])|[{_SPACE}]+")


def byte_alphabet():
    """A printable character for every byte, as in byte-level BPE since GPT-2."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    table = {b: chr(b) for b in printable}
    for i, b in enumerate(b for b in range(256) if b not in table):
        table[b] = chr(256 + i)
    return table


ALPHABET = byte_alphabet()
BYTES = {c: b for b, c in ALPHABET.items()}


def train(counts, size):
    """(vocabulary, merges) from piece counts: repeatedly joins the most frequent pair."""
    words = [[ALPHABET[b] for b in word.encode()] for word in counts]
    times = list(counts.values())
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for i, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += times[i]
            where[pair].add(i)
    vocabulary, merges = [SPECIAL, *(ALPHABET[b] for b in range(256))], []
    heap = [(-n, pair) for pair, n in pairs.items()]
    heapq.heapify(heap)
    while len(vocabulary) < size and heap:
        n, pair = heapq.heappop(heap)
        if n == 0 or pairs.get(pair, 0) != -n:
            continue  # an entry from before its count changed
        merges.append(pair)
        vocabulary.append("".join(pair))
        changes = collections.Counter()
        for i in list(where.pop(pair)):
            before = words[i]
            words[i] = joined(before, pair)
            for old in zip(before, before[1:]):
                changes[old] -= times[i]
                where[old].discard(i)
            for new in zip(words[i], words[i][1:]):
                changes[new] += times[i]
                where[new].add(i)
        pairs.pop(pair, None)
        for other, change in changes.items():
            if other != pair and change:
                pairs[other] += change
                heapq.heappush(heap, (-pairs[other], other))
    return vocabulary, merges


def joined(word, pair):
    out, i = [], 0
    while i < len(word):
        if i + 1 < len(word) and (word[i], word[i + 1]) == pair:
            out.append("".join(pair))
            i += 2
        else:
            out.append(word[i])
            i += 1
    return out


class Encoder:
    def __init__(self, vocabulary, merges):
        self.vocabulary = vocabulary
        self.merges = [tuple(m) for m in merges]
        self.ids = {entry: i for i, entry in enumerate(vocabulary)}
        self.ranks = {merge: i for i, merge in enumerate(self.merges)}
        self.memory = {}

    def piece(self, text):
        ids = self.memory.get(text)
        if ids is None:
            word = [ALPHABET[b] for b in text.encode()]
            while len(word) > 1:
                pair = min(zip(word, word[1:]), key=lambda p: self.ranks.get(p, len(self.ranks)))
                if pair not in self.ranks:
                    break
                word = joined(word, pair)
            ids = self.memory[text] = [self.ids[entry] for entry in word]
        return ids

    def __call__(self, text):
        """Token ids of a text, without the special token in front."""
        return [i for piece in PIECES.findall(text) for i in self.piece(piece)]

    def decode(self, ids):
        entries = (self.vocabulary[i] for i in ids if i)
        return bytes(BYTES[c] for entry in entries for c in entry).decode("utf-8", "replace")


def tokenizer_json(vocabulary, merges):
    pairs = {"type": "Split", "pattern": {"Regex": r" ?\p{N}{1,2}"}, "behavior": "Isolated", "invert": False}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    front = {"SpecialToken": {"id": SPECIAL, "type_id": 0}}
    return {
        "version": "1.0", "truncation": None, "padding": None,
        "added_tokens": [{"id": 0, "content": SPECIAL, "single_word": False, "lstrip": False,
                          "rstrip": False, "normalized": False, "special": True}],
        "normalizer": None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": [pairs, level]},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [front, {"Sequence": {"id": "A", "type_id": 0}}],
            "pair": [front, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": {SPECIAL: {"id": SPECIAL, "ids": [0], "tokens": [SPECIAL]}},
        },
        "decoder": level,
        "model": {"type": "BPE", "dropout": None, "unk_token": None,
                  "continuing_subword_prefix": None, "end_of_word_suffix": None, "fuse_unk": False,
                  "byte_fallback": False, "vocab": {v: i for i, v in enumerate(vocabulary)},
                  "merges": [" ".join(m) for m in merges]},
    }


def tokenizer_config(context):
    return {"tokenizer_class": "PreTrainedTokenizerFast", "bos_token": SPECIAL,
            "eos_token": SPECIAL, "model_max_length": context}
