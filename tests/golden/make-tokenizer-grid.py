#!/usr/bin/env python3
"""Ids of nasty lines by many tokenizers, computed by Hugging Face's `tokenizers` (Rust, version 0.23.3).

    pip install tokenizers==0.23.3
    python3 tests/golden/make-tokenizer-grid.py           # rewrites tests/fixtures/tokenizer-grid.json

One tokenizer a component and option, patterns of every kind of syntax, and the combinations that models of each family
come with. Vocabularies are small. Most split what is written in bytes, so that nothing is hidden by what is unknown, and
`edges` has an entry of its own for a byte at the beginning of a word, so that every place where a text was split shows in
the ids. What the test reads is described in tests/golden/README.md.
"""
import hashlib, json, os, sys
import tokenizers
from tokenizer_parts import KINDS, SWEPT, bytes_model, whole
from tokenizer_tries import grid

WANTED = '0.23.3'
OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'fixtures', 'tokenizer-grid.json')

LINES = [
    '', ' ', '  ', 'the cat sat on the mat.', ' the  cat   sat ', "I'LL don't we've he's THEY'RE 'tis it’s", 'a-b--c---', '-a-',
    'naïve été größe ŒUVRE', 'e\u0301te\u0301 a\u0323\u0307 \u0301x q\u0307\u0323', 'İstanbul ΟΔΥΣΣΕΥΣ ẞ ǅ ſ K Å ﬁ ﬃ',
    '12345 1,234.5 ½ ² ³x ٣٤ Ⅷ ① 一二 ৪', 'x² ¹a ¼b a¾', 'a\u00a0b\u2003c\u3000d\u2028e\u0085f\u200bg\ufeffh\u180ei',
    '\ufeffstart', 'line\nline\r\nline\r\r\n\n  x\n', '\n', 'a\n', '\n\na', '\t\ttab\t x \x0b\x0c\x1c\x1f y', '\x01\x07\x1b\x7f\x80\x9f',
    '👨\u200d👩\u200d👧 👍🏽 🇩🇪🇫🇷 ☺\ufe0f', 'مرحبا بالعالم، ٣', 'שָׁלוֹם עולם', '你好，世界。こんにちは ｶﾞ 한국어 각', 'हिन्दी कि ไทย กำ ខ្មែរ',
    '﹏＿‿_ __init__ a_b snake_case camelCase HTTPServer', '!!! ??? ... --- ### $$$ ``x`` "y" «z» “w” …', '+=<>|~^$ ¢£€ ©®™ ±×÷',
    '(a) [b] {c} <d> \\e/ @f #g %h &i *j', '<s>the</s> <s> the </s>x <unk> <pad>', 'the<s>', '<s>', '<s><s>  </s>', '[MASK] a[MASK]b  [MASK]  x[MASK]',
    'X[mask]Y Mask MASK mask masks unmask', 'keep THE keeps Keep  keep', '<|endoftext|>the<|im_start|>user\n<|im_end|>', '▁the▁cat ▁', '</w>a ##b <0x41> <0x0A>',
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', 'abababab bababa abcabcab', '                              x', 'x                  ',
    'https://example.org/a?b=c&d=%20e', 'def f(x):\n\treturn x**2  # note\n', '{"a": [1, 2.5e-3, null]}', '\U00046131\U00046131a\U00046131', '\U0010fffd\ue000\uffff\ufffd',
    'ʼn \u0149 \u1e9e ss SS ff st \ufb05', '\u088f\u0c5c \ua7ce\ua7cf \U00018d09 \U000323b0x \u0295\u0294', 'a\u1abf\u0301 \u0897\u05b0 \U000105d2\u0307 \U00016d67\U00016d67 ㋿',
    'ア\u3099 か\u309a \u1100\u1161\u11a8 \u0f73 \u0344', 'x\u200cy\u200dz a\u0308\u200db', 'tab\tthe\u2581x', 'Ĵ ĵ ǰ ŉ ΐ և', 'ＡＢＣ １２３ ﷺ ™ ℌ',
]

def encode(tok):
    made = tokenizers.Tokenizer.from_str(json.dumps(tok))
    out = []
    for line in LINES:
        try: out.append(made.encode(line).ids)
        except Exception: out.append(None)   # it has no token for something in the line
    return out

def classes():
    """Every character of each kind, as ranges: what a pattern of the one kind matches."""
    chars = [chr(c) for c in range(1, 0x110000) if not 0xd800 <= c < 0xe000]
    found = {}
    for pattern in KINDS:
        take = tokenizers.normalizers.Replace(tokenizers.Regex(pattern), '')
        codes = []
        for at in range(0, len(chars), 4096):
            left = set(take.normalize_str(''.join(chars[at:at + 4096])))
            codes += [ord(c) for c in chars[at:at + 4096] if c not in left]
        found[pattern] = ranges(codes)
    apart = {'Digits': tokenizers.pre_tokenizers.Digits(True), 'Punctuation': tokenizers.pre_tokenizers.Punctuation()}
    for name, pre in apart.items(): found[name] = ranges([ord(c) for c in chars if c != 'a' and len(pre.pre_tokenize_str('a' + c + 'a')) == 3])
    white = tokenizers.pre_tokenizers.Whitespace()
    found['Whitespace'] = ranges([ord(c) for c in chars if len(white.pre_tokenize_str('a' + c + 'a')) == 1])
    return found

def ranges(codes):
    out = []
    for c in codes:
        if out and out[-1][1] == c - 1: out[-1][1] = c
        else: out.append([c, c])
    return ' '.join(f'{a:x}' if a == b else f'{a:x}-{b:x}' for a, b in out)

def sweeps():
    """Each normalizer on every character between marks, as a sha256 of all that comes out."""
    text = [f'a\u0301{chr(c)}\u0334z' for c in range(1, 0x110000) if not 0xd800 <= c < 0xe000]
    found = []
    for normalizer in SWEPT:
        made = tokenizers.Tokenizer.from_str(json.dumps(whole(bytes_model(), normalizer=normalizer))).normalizer
        out = ''.join(made.normalize_str(''.join(text[at:at + 4096])) for at in range(0, len(text), 4096))
        found.append({'normalizer': normalizer, 'sha256': hashlib.sha256(out.encode()).hexdigest()})
    return found

def main():
    if tokenizers.__version__ != WANTED: sys.exit(f'needs tokenizers {WANTED}, not {tokenizers.__version__}')
    models, answers, configurations = {}, [{} for _ in LINES], []
    for name, tok in grid().items():
        model = dict(tok['model'])
        vocab = json.dumps([model.pop('vocab'), model.pop('merges', None)])
        number = models.setdefault(vocab, len(models))
        ids = [kept.setdefault(json.dumps(found), len(kept)) for kept, found in zip(answers, encode(tok))]
        tokenizer = {k: v for k, v in tok.items() if v not in (None, []) and k not in ('model', 'version')}
        configurations.append({'name': name, 'tokenizer': tokenizer, 'vocabulary': number, 'model': model, 'ids': ids})
    golden = {'tokenizers': WANTED, 'lines': LINES, 'vocabularies': [json.loads(v) for v in models],
              'answers': [[json.loads(a) for a in kept] for kept in answers], 'configurations': configurations,
              'classes': classes(), 'sweeps': sweeps()}
    with open(OUT, 'w', encoding='utf8') as f: json.dump(golden, f, ensure_ascii=True, separators=(',', ':')); f.write('\n')
    print(len(configurations), 'configurations,', len(LINES), 'lines,', os.path.getsize(OUT), 'bytes')

if __name__ == '__main__': main()
