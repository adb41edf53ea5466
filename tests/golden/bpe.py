"""A small byte-level BPE: training, encoding, and the tokenizer.json of Hugging Face's `tokenizers`."""
import collections
import json
import re

END = "<|endoftext|>"
# The pattern of the ByteLevel pre-tokeniser (that of GPT-2), with Python's words for letters and digits.
PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def byte_letters():
    """The printable stand-in of each byte: itself where printable, else the next free from U+0100."""
    plain = [*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    letters, free = {byte: chr(byte) for byte in plain}, 0x100
    for byte in range(256):
        if byte not in letters:
            letters[byte] = chr(free)
            free += 1
    return letters


LETTERS = byte_letters()
BYTES = {letter: byte for byte, letter in LETTERS.items()}


def merged(word, pair):
    out, i = [], 0
    while i < len(word):
        hit = tuple(word[i : i + 2]) == pair
        out.append("".join(pair) if hit else word[i])
        i += 2 if hit else 1
    return out


class Tokenizer:
    def __init__(self, texts, size):
        words = collections.Counter(piece for text in texts for piece in PIECES.findall(text))
        split = {word: [LETTERS[byte] for byte in word.encode()] for word in words}
        self.merges = []
        while 257 + len(self.merges) < size:
            pairs = collections.Counter()
            for word, parts in split.items():
                for pair in zip(parts, parts[1:]):
                    pairs[pair] += words[word]
            # The most frequent, the alphabetically first of equals: the same on every machine.
            best = min(pairs, key=lambda pair: (-pairs[pair], pair))
            self.merges.append(best)
            split = {word: merged(parts, best) for word, parts in split.items()}
        names = [END, *sorted(LETTERS.values()), *("".join(pair) for pair in self.merges)]
        self.vocab = {name: id for id, name in enumerate(dict.fromkeys(names))}
        if len(self.vocab) != size:
            raise ValueError(f"two merges spell the same token: {len(self.vocab)} of {size}")
        self.names = list(self.vocab)
        self.rank = {pair: rank for rank, pair in enumerate(self.merges)}

    def encode(self, text):
        """Ids, the special token in front."""
        ids = [0]
        for piece in PIECES.findall(text):
            word = [LETTERS[byte] for byte in piece.encode()]
            while len(word) > 1:
                best = min(zip(word, word[1:]), key=lambda pair: self.rank.get(pair, len(self.rank)))
                if best not in self.rank:
                    break
                word = merged(word, best)
            ids += [self.vocab[part] for part in word]
        return ids

    def decode(self, ids):
        raw = bytes(BYTES[letter] for id in ids if id for letter in self.names[id])
        return raw.decode(errors="replace")

    def file(self, pairs):
        """tokenizer.json; `pairs` writes merges as pairs, as newer files do, else as two words in one string."""
        special = {"id": 0, "content": END, "single_word": False, "lstrip": False, "rstrip": False,
                   "normalized": False, "special": True}
        level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
        first = [{"SpecialToken": {"id": END, "type_id": 0}}]
        sequence = {"Sequence": {"id": "A", "type_id": 0}}
        second = {"Sequence": {"id": "B", "type_id": 1}}
        return json.dumps({
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": [special], "normalizer": None,
            "pre_tokenizer": level,
            "post_processor": {
                "type": "TemplateProcessing", "single": [*first, sequence], "pair": [*first, sequence, second],
                "special_tokens": {END: {"id": END, "ids": [0], "tokens": [END]}},
            },
            "decoder": level,
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                "vocab": self.vocab,
                "merges": [list(pair) if pairs else " ".join(pair) for pair in self.merges],
            },
        }, ensure_ascii=False, separators=(",", ":")) + "\n"

    def config(self, length):
        return json.dumps({
            "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END, "unk_token": None,
            "add_bos_token": True, "add_prefix_space": False, "clean_up_tokenization_spaces": False,
            "model_max_length": length,
            "added_tokens_decoder": {"0": {"content": END, "lstrip": False, "normalized": False, "rstrip": False,
                                           "single_word": False, "special": True}},
        }, indent=1) + "\n"
