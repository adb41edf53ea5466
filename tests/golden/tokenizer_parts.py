"""The tokenizers of the grid: small vocabularies, one component and option at a time, and what models come with."""
from itertools import product

# ------------------------------------------------------------------------------------------------ vocabularies
def letters():
    """GPT-2's letter of each byte."""
    plain = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    others = [b for b in range(256) if b not in plain]
    of = {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(others)}
    return [of[b] for b in range(256)]

def written(text): return ''.join(letters()[b] for b in text.encode())

def bpe(vocab, merges, **options):
    return {'type': 'BPE', 'dropout': None, 'unk_token': None, 'continuing_subword_prefix': None, 'end_of_word_suffix': None,
            'fuse_unk': False, 'byte_fallback': False, 'ignore_merges': False, 'vocab': vocab, 'merges': merges, **options}

WORDS = ['the', ' the', 'cat', ' cat', 'in', 'on', ' s', 'at', 'é', '’s', "'s", '  ', '    ', '\r\n', '\n\n', '你', '12', '34', '²', '...', '--', 'aa', 'aaaa', 'ab', 'abab', 'user']

def grown(words, start):
    """Merges that make each word from the left, and the entries for it."""
    entries, merges = dict.fromkeys(start), []
    for word in words:
        for n in range(2, len(word) + 1):
            pair = (word[:n - 1], word[n - 1])
            if word[:n - 1] in entries and word[n - 1] in entries and list(pair) not in merges: merges.append(list(pair)); entries.setdefault(word[:n])
    return {e: i for i, e in enumerate(entries)}, merges

def bytes_model(drop='', **options):
    vocab, merges = grown([written(w) for w in WORDS], [c for c in letters() if c not in drop])
    return bpe(vocab, merges, **options)

def edges_model(): return bpe({e: i for i, e in enumerate([*letters(), *['##' + c for c in letters()]])}, [], continuing_subword_prefix='##')

CHARS = list("abcdefghijklmnopqrstuvwxyzTHEIéïßñ0123456789.,!?'-▁ ")
def chars_model(**options):
    vocab, merges = grown(['the', '▁the', 'cat', '▁cat', 'naï', 'été', '12', 'ab', 'aa', 'aaaa', 'in', '--'], ['<unk>', '<s>', '</s>', *CHARS])
    return bpe(vocab, merges, **options)

BYTES = [f'<0x{b:02X}>' for b in range(256)]
def fallback_model(drop=(), **options):
    vocab, merges = grown(['▁the', '▁cat', '▁t', 'at', '▁▁', '▁▁▁▁', 'in'], ['<unk>', '<s>', '</s>', *[b for b in BYTES if b not in drop], *CHARS, '\n', '你'])
    return bpe(vocab, merges, **{'unk_token': '<unk>', 'fuse_unk': True, 'byte_fallback': True, **options})

def suffix_model(**options):
    vocab, merges = grown([], ['<unk>', *CHARS, *[c + '</w>' for c in CHARS]])
    for pair in (['t', 'h'], ['th', 'e</w>'], ['a', 't</w>'], ['c', 'at</w>']): merges.append(pair); vocab.setdefault(''.join(pair), len(vocab))
    return bpe(vocab, merges, **{'unk_token': '<unk>', 'end_of_word_suffix': '</w>', **options})

def unigram(fallback=False, unk=0, more=()):
    pieces = [['<unk>', 0.0], ['<s>', 0.0], ['</s>', 0.0], *([[b, -9.0] for b in BYTES] if fallback else []), ['▁', -2.0], ['▁the', -3.1], ['the', -4.2], ['▁t', -4.4], ['he', -4.5],
              ['▁cat', -5.2], ['at', -3.9], ['▁▁', -5.0], ['aa', -4.0], ['aaaa', -6.5], ['ab', -4.6], ['abab', -8.9], ['你好', -7.0], ['👍', -7.5], ['12', -5.5], ['...', -5.1],
              *[[c, -5.0 - i / 8] for i, c in enumerate(CHARS) if c != '▁'], *more]
    return {'type': 'Unigram', 'unk_id': unk, 'vocab': pieces, **({'byte_fallback': True} if fallback else {})}

PARTS = ['[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'cat', 'sat', 'on', 'mat', 'mask', 'keep', 'a', '##a', '##s', 'ma', '##t', 'naive', 'na', '##ive', 'ete', '##te', 'e', '.', ',', '-', "'", '!',
         '世', '界', '你', '好', '12', '##345', '1', '##2', 'i', '##i', 'x', '##x', 'ab', '##ab', '[', ']', 'b', '##b', '²', 'istanbul']
def wordpiece(**options):
    return {'type': 'WordPiece', 'unk_token': '[UNK]', 'continuing_subword_prefix': '##', 'max_input_chars_per_word': 100, 'vocab': {w: i for i, w in enumerate(PARTS)}, **options}

def wordlevel(unk='[UNK]', words=None): return {'type': 'WordLevel', 'unk_token': unk, 'vocab': {w: i for i, w in enumerate(words or PARTS)}}

# ------------------------------------------------------------------------------------------------ files
def added(content, id, **flags):
    return {'id': id, 'content': content, 'single_word': False, 'lstrip': False, 'rstrip': False, 'normalized': False, 'special': True, **flags}

def whole(model, normalizer=None, pre=None, post=None, decoder=None, tokens=()):
    """A tokenizer.json; `tokens` are contents, or contents with flags."""
    vocab = {e: i for i, (e, _) in enumerate(model['vocab'])} if model['type'] == 'Unigram' else model['vocab']
    more, next_id = [], len(vocab)
    for token in tokens:
        content, flags = (token, {}) if isinstance(token, str) else token
        id = vocab.get(content)
        if id is None: id, next_id = next_id, next_id + 1
        more.append(added(content, id, **flags))
    return {'version': '1.0', 'truncation': None, 'padding': None, 'added_tokens': more, 'normalizer': normalizer, 'pre_tokenizer': pre, 'post_processor': post, 'decoder': decoder, 'model': model}

def seq(key, *parts): return {'type': 'Sequence', key: list(parts)}
def pres(*parts): return seq('pretokenizers', *parts)
def norms(*parts): return seq('normalizers', *parts)
def byte_level(spaced=False, regex=True): return {'type': 'ByteLevel', 'add_prefix_space': spaced, 'trim_offsets': True, 'use_regex': regex}
def split(pattern, behavior='Isolated', invert=False): return {'type': 'Split', 'pattern': pattern if isinstance(pattern, dict) else {'Regex': pattern}, 'behavior': behavior, 'invert': invert}
def replace(pattern, content): return {'type': 'Replace', 'pattern': pattern if isinstance(pattern, dict) else {'String': pattern}, 'content': content}
def metaspace(scheme='always', apart=True, mark='▁'): return {'type': 'Metaspace', 'replacement': mark, 'prepend_scheme': scheme, 'split': apart}
def bert(clean=True, chinese=True, accents=None, lower=True): return {'type': 'BertNormalizer', 'clean_text': clean, 'handle_chinese_chars': chinese, 'strip_accents': accents, 'lowercase': lower}
def template(*parts, **ids):
    single = [{'Sequence': {'id': 'A', 'type_id': 0}} if p == '$A' else {'SpecialToken': {'id': p, 'type_id': 0}} for p in parts]
    return {'type': 'TemplateProcessing', 'single': single, 'pair': [{'Sequence': {'id': 'A', 'type_id': 0}}, {'Sequence': {'id': 'B', 'type_id': 1}}],
            'special_tokens': {p: {'id': p, 'ids': ids[f'i{n}'] if f'i{n}' in ids else [n + 1], 'tokens': [p] * len(ids.get(f'i{n}', [0]))} for n, p in enumerate(dict.fromkeys(p for p in parts if p != '$A'))}}

EDGE = byte_level(regex=False)
def shown(*parts): return whole(edges_model(), pre=pres(*parts, EDGE))

# ------------------------------------------------------------------------------------------------ what is tried
SPLITS = {
    'gpt2': r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    'llama3': r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    'qwen2': r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    'qwen3.5': r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    'cl100k': r"(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    'o200k': r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    'tekken': r"[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))*((?=[\p{L}])([^A-Z]))+|[^\r\n\p{L}\p{N}]?((?=[\p{L}])([^a-z]))+((?=[\p{L}])([^A-Z]))*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    'deepseek': r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    'deepseek-cjk': '[一-龥\u3040-ゟ゠-ヿ]+', 'deepseek-1': r'[\r\n]', 'deepseek-2': r"\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-Ⴥ]+", 'deepseek-3': r'\s?[!-/:-~！-／：-～‘-‟\u3000-。]+', 'deepseek-4': r'\s+$',
    'bloom': ' ?[^(\\s|[.,!?…。，、।۔،])]+', 'falcon': '[0-9][0-9][0-9]', 'poro': r' ?[^(\s|[.,!?…。，、।۔،])]+', 'smollm3': r'\p{N}{1,3}', 'chatglm': r'(?i:\d{1,3}(?=(?:\d{3})*\b))',
}
SYNTAX = [
    'a', 'ab|a', '(a)(b)', '(?:ab)+', '(?<x>ab)+', 'a*', 'a*?', 'a+?', 'a??', 'a{2}', 'a{2,}', 'a{,3}', 'a{2,3}', 'a{2,3}?', 'a{2}+', 'a++', 'a*+', 'a?+b', '(?>a+)b', '(?>ab|a)b', 'a(?=b)', 'a(?!b)', '(?<=a)b',
    '(?<!a)b', '(?<=ab)a', '^', '$', '^.', '.$', r'\A.', r'.\z', r'.\Z', r'\b', r'\B', r'\b\w', '.', '(?m:.+)', '.+', r'\d', r'\D+', r'\w+', r'\W', r'\s', r'\S+', r'\h+', r'\H', r'\x41', r'\x{e9}', r'é', r'\t|\n|\r|\f|\v|\a|\e',
    r'[\w]+', r'[^\w]', r'[\W]', r'[\d\s]', r'[^\d\s]+', '[a-c]+', '[^a-c]+', r'[\^a]', r'[a\]]', '[]a]', '[a-]', '[-a]', '[a-z&&[^aeiou]]+', r'[\w&&[^\d_]]+', '[a[bc]]+', '[^a[bc]]+', '[[:alpha:]]+', '[[:punct:]]', '[[:space:]]', '[[:digit:]]', '[[:xdigit:]]+', '[[:^alpha:]]',
    r'\p{L}+', r'\P{L}+', r'\p{^L}+', r'\p{Lu}\p{Ll}+', r'[\p{L}\p{M}]+', r'[^\p{L}]+', r'\p{Han}+', r'[\p{Han}\p{Hiragana}]+', r'\p{Latin}+', r'\p{Zs}', r'\p{Cc}', r'\p{C}', r'\p{M}', r'\p{Sk}|\p{Sc}', '(?i:the)', '(?i)the', '(?i:k|s)', '(?i:[a-c])+', "(?i:'LL)", '(?i:t(?-i:h)e)', r'\.', r'\-', r'\/', '/', r'\|', '(?i: X)', r'\u00e9', ' ?', '(?: |a)+', '|a', '(a|ab)(c|bcd)?',
]
PLAIN = [
    {'type': 'Whitespace'}, {'type': 'WhitespaceSplit'}, {'type': 'BertPreTokenizer'}, {'type': 'Digits', 'individual_digits': True}, {'type': 'Digits', 'individual_digits': False}, {'type': 'Punctuation'},
    *[{'type': 'Punctuation', 'behavior': b} for b in ('Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous')], {'type': 'CharDelimiterSplit', 'delimiter': '-'}, {'type': 'CharDelimiterSplit', 'delimiter': ' '},
    {'type': 'FixedLength', 'length': 3}, {'type': 'FixedLength', 'length': 1}, byte_level(True), byte_level(False), byte_level(True, False), {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': False},
    *[metaspace(s, a) for s in ('always', 'first', 'never') for a in (True, False)], metaspace('always', True, '_'), {'type': 'Metaspace', 'replacement': '▁'}, {'type': 'Metaspace', 'replacement': '▁', 'add_prefix_space': True}, {'type': 'Metaspace', 'replacement': '▁', 'str_rep': '▁', 'add_prefix_space': True},
]
NORMS = [
    *[{'type': t} for t in ('NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt')], *[{'type': 'Strip', 'strip_left': l, 'strip_right': r} for l, r in product((True, False), repeat=2)],
    {'type': 'Prepend', 'prepend': '▁'}, replace(' ', '▁'), replace('a', ''), replace({'Regex': ' {2,}'}, '▁'), replace({'Regex': r'\d'}, '0'), replace({'Regex': r'a+'}, 'x'), replace('``', '"'), replace('.', '$&'),
    norms(), norms({'type': 'Strip', 'strip_left': False, 'strip_right': True}, replace({'Regex': ' {2,}'}, '▁')), norms({'type': 'NFD'}, {'type': 'Lowercase'}, {'type': 'StripAccents'}), norms({'type': 'Prepend', 'prepend': '▁'}, replace(' ', '▁')),
    *[bert(c, h, a, l) for c, h, a, l in product((True, False), (True, False), (None, True, False), (True, False))],
]
SWEPT = [{'type': t} for t in ('NFC', 'NFD', 'NFKC', 'NFKD', 'Lowercase', 'StripAccents', 'Nmt')] + [bert(True, False, False, False), bert(False, True, False, False), bert(False, False, True, False), bert()]
KINDS = [r'\w', r'[\w]', r'\W', r'[^\w]', r'\s', r'\d', r'\h', r'.', '[[:alpha:]]', '[[:punct:]]', '[[:space:]]', '[[:digit:]]', '(?i:s)', '(?i:k)', '(?i:e)', *[rf'\p{{{p}}}' for p in (
    'L', 'N', 'M', 'P', 'S', 'Z', 'C', 'Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'Mn', 'Nd', 'Nl', 'No', 'Po', 'Sm', 'Zs', 'Cc', 'Cf', 'Han', 'Latin', 'Hiragana', 'Arabic', 'Common')]]

def flags(**given): return given
MARKED = [('[MASK]', flags(lstrip=True, normalized=True)), '<s>', '</s>', ('<pad>', flags(rstrip=True)), ('mask', flags(single_word=True, special=False)), ('keep', flags(single_word=True, normalized=True, special=False, lstrip=True, rstrip=True)), ('THE', flags(special=False, normalized=True)), '<|endoftext|>', '<|im_start|>', '<|im_end|>', (' x', flags(special=False))]
def with_flags(content):
    return [(f'{l:d}{r:d}{w:d}{n:d}', [(content, flags(lstrip=l, rstrip=r, single_word=w, normalized=n)), '<s>']) for l, r, w, n in product((False, True), repeat=4)]
