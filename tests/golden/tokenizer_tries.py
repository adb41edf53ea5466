"""The grid itself: tokenizers by name, those of each component first, then those of families of models."""
from itertools import product

from tokenizer_parts import *


def grid():
    tries = {}
    def add(name, tok):
        assert name not in tries, name
        tries[name] = tok
    bytes_, edges = bytes_model(), edges_model()
    for i, n in enumerate(NORMS): add(f'normalizer {i} {n["type"]}', whole(bytes_, n, EDGE))
    for i, p in enumerate(PLAIN):
        add(f'pre-tokenizer {i} {p["type"]}', shown(p) if p['type'] != 'ByteLevel' else whole(edges, pre=p))
    for name, pattern in SPLITS.items():
        for b in ('Isolated', 'Removed'): add(f'split {name} {b}', shown(split(pattern, b)))
        add(f'split {name} inverted', shown(split(pattern, 'Removed', True)))
    for b, inv in product(('Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'), (False, True)):
        for name, pattern in (('-', {'String': '-'}), ('space', {'String': ' '}), ('letters', r'\p{L}+'), ('a*', 'a*')): add(f'behaviour {b} {inv} {name}', shown(split(pattern, b, inv)))
    for name in ('', '--', 'a.b', '$&', '[a]', '\\', '👍'): add(f'string {name}', shown(split({'String': name})))
    for pattern in SYNTAX: add(f'pattern {pattern}', shown(split(pattern)))
    for fuse, unk in product((True, False), ('<unk>', None)):
        for pre in (None, {'type': 'WhitespaceSplit'}, metaspace()): add(f'BPE fuse {fuse} unk {unk} pre {pre and pre["type"]}', whole(chars_model(fuse_unk=fuse, unk_token=unk), pre=pre))
    for fall, fuse, unk, drop in product((True, False), (True, False), ('<unk>', None), ((), ('<0xE4>', '<0xF0>', '<0xCC>'))):
        add(f'BPE byte_fallback {fall} fuse {fuse} unk {unk} gaps {len(drop)}', whole(fallback_model(drop, byte_fallback=fall, fuse_unk=fuse, unk_token=unk), norms({'type': 'Prepend', 'prepend': '▁'}, replace(' ', '▁'))))
    for whole_words in (True, False): add(f'BPE ignore_merges {whole_words}', whole({**bytes_model(ignore_merges=whole_words), 'vocab': {**bytes_['vocab'], written(' mat'): len(bytes_['vocab']), written('def'): len(bytes_['vocab']) + 1}}, pre=byte_level()))
    add('BPE suffix', whole(suffix_model(), pre={'type': 'WhitespaceSplit'})); add('BPE suffix fused', whole(suffix_model(fuse_unk=True), bert(), pre={'type': 'BertPreTokenizer'}))
    add('BPE suffix and fallback', whole({**suffix_model(byte_fallback=True), 'vocab': {**suffix_model()['vocab'], **{b: 200 + i for i, b in enumerate(BYTES)}}}, pre={'type': 'WhitespaceSplit'}))
    add('BPE empty affixes', whole(bytes_model(continuing_subword_prefix='', end_of_word_suffix=''), pre=byte_level())); add('BPE dropout 0', whole(bytes_model(dropout=0.0), pre=byte_level()))
    add('BPE prefix and merges', whole(bpe({'a': 0, '##b': 1, 'ab': 2, '##a': 3, '##ab': 4, 'abab': 5, 'c': 6, '##c': 7}, [['a', '##b'], ['##a', '##b'], ['ab', '##ab']], continuing_subword_prefix='##'), pre={'type': 'WhitespaceSplit'}))
    add('BPE merges as strings', whole({**bytes_, 'merges': ['#version: 0.2', *[' '.join(m) for m in bytes_['merges']]]}, pre=byte_level()))
    add('BPE a pair twice', whole({**bytes_, 'merges': [*bytes_['merges'], ['t', 'h']]}, pre=byte_level()))
    add('BPE one entry by two merges', whole(bpe({c: i for i, c in enumerate(['a', 'b', 'c', 'ab', 'bc', 'abc', 'cab'])}, [['a', 'bc'], ['b', 'c'], ['a', 'b'], ['ab', 'c'], ['c', 'ab']])))
    add('BPE gaps', whole(bytes_model(drop=('ñ', 'Ĩ', 'Ħ', '±', 'Ċ', 'å')), pre=byte_level())); add('BPE gaps and unk', whole({**bytes_model(drop=('ñ', 'Ĩ', 'å'), unk_token='!'), }, pre=byte_level()))
    add('BPE unk not in the vocabulary', whole(chars_model(unk_token='<none>'))); add('BPE without type', whole(bytes_, pre=byte_level()))
    for fall, unk in product((True, False), (0, None)):
        for name, (n, p) in {'plain': (None, None), 'metaspace': (None, metaspace()), 'whole': (None, metaspace('always', False)), 't5': (norms({'type': 'Strip', 'strip_left': False, 'strip_right': True}, replace({'Regex': ' {2,}'}, '▁')), metaspace()), 'xlm': ({'type': 'NFKC'}, pres({'type': 'WhitespaceSplit'}, metaspace()))}.items():
            add(f'Unigram fallback {fall} unk {unk} {name}', whole(unigram(fall, unk), n, p, template('$A', '</s>', i0=[2]) if name == 't5' else None, tokens=('<s>', '</s>') if name == 't5' else ()))
    add('Unigram ties', whole(unigram(more=[['ca', -4.0], ['t ', -4.0], ['mat', -1.0], ['xy', -3.0], ['zz', -30.0], ['👍🏽', -8.0], ['ab', -3.0]]))); add('Unigram unknown among entries', whole(unigram(more=[['你', -6.0], ['世界', -7.0]]), pre=metaspace('never')))
    add('Unigram unk_id 3', whole(unigram(unk=3)))
    for i, (n, p) in enumerate([(bert(), {'type': 'BertPreTokenizer'}), (bert(lower=False), {'type': 'BertPreTokenizer'}), (None, {'type': 'Whitespace'}), (norms({'type': 'NFD'}, {'type': 'Lowercase'}, {'type': 'StripAccents'}), {'type': 'Whitespace'})]):
        add(f'WordPiece {i}', whole(wordpiece(), n, p, {'type': 'BertProcessing', 'sep': ['[SEP]', 2], 'cls': ['[CLS]', 1]}, tokens=['[UNK]', '[CLS]', '[SEP]', '[MASK]']))
        add(f'WordLevel {i}', whole(wordlevel(), n, p, tokens=['[UNK]']))
    add('WordPiece short words', whole(wordpiece(max_input_chars_per_word=3), pre={'type': 'BertPreTokenizer'})); add('WordPiece prefix', whole(wordpiece(continuing_subword_prefix=''), pre={'type': 'Whitespace'})); add('WordPiece no unk', whole(wordpiece(unk_token='none'), pre={'type': 'Whitespace'}))
    add('WordLevel no unk', whole(wordlevel('none'), pre={'type': 'WhitespaceSplit'})); add('WordLevel without pre-tokenizer', whole(wordlevel(words=['[UNK]', 'the', ' ', '\n', 'a\n'])))
    for content in ('[MASK]', 'mask', ' x', 'Keep', 'é', '²', '\n', 'x '):
        for name, tokens in with_flags(content):
            if content in ('[MASK]', 'mask') or name in ('0000', '1100', '0010', '1111', '0001'): add(f'added {content!r} {name}', whole(edges, pre=EDGE, tokens=tokens))
    for i, n in enumerate([{'type': 'Lowercase'}, {'type': 'Strip', 'strip_left': True, 'strip_right': True}, replace(' ', '▁'), {'type': 'Prepend', 'prepend': '▁'}, {'type': 'NFKD'}, bert(), replace('a', '')]): add(f'added and normalizer {i}', whole(edges, n, EDGE, tokens=MARKED))
    for scheme, apart in product(('always', 'first', 'never'), (True, False)):
        for i, n in enumerate([None, {'type': 'Strip', 'strip_left': True, 'strip_right': True}, replace('t', 'a'), replace('the', 'T'), {'type': 'StripAccents'}, {'type': 'NFD'}, {'type': 'Nmt'}, bert()]): add(f'metaspace {scheme} {apart} {i}', whole(edges, n, pres(metaspace(scheme, apart), EDGE), tokens=MARKED))
        add(f'metaspace {scheme} {apart} after words', whole(edges, pre=pres({'type': 'WhitespaceSplit'}, metaspace(scheme, apart), EDGE), tokens=MARKED)); add(f'metaspace {scheme} {apart} after digits', whole(edges, pre=pres({'type': 'Digits', 'individual_digits': True}, {'type': 'Punctuation'}, metaspace(scheme, apart), EDGE), tokens=['<s>']))
    posts = [{'type': 'ByteLevel', 'add_prefix_space': True, 'trim_offsets': False, 'use_regex': True}, template('$A'), template('<s>', '$A'), template('<s>', '$A', '</s>'), template('<s>', '$A', '<s>', '$A'), template('<s>'), template('<s>', '$A', i0=[5, 6]), {'type': 'RobertaProcessing', 'sep': ['</s>', 2], 'cls': ['<s>', 0], 'trim_offsets': True, 'add_prefix_space': False},
             {'type': 'BertProcessing', 'sep': ['x', 7], 'cls': ['y', 8]}, seq('processors', {'type': 'ByteLevel', 'add_prefix_space': True, 'trim_offsets': False, 'use_regex': True}, template('<s>', '$A')), seq('processors')]
    for i, post in enumerate(posts): add(f'post-processor {i} {post["type"]}', whole(bytes_, pre=byte_level(), post=post, tokens=['<s>', '</s>']))
    families(add)
    return tries


def families(add):
    """As models come; vocabularies aside."""
    bytes_, decoder = bytes_model(), byte_level(True)
    end = ['<|endoftext|>']
    add('GPT-2', whole(bytes_model(continuing_subword_prefix='', end_of_word_suffix=''), pre=byte_level(), post={'type': 'ByteLevel', 'add_prefix_space': True, 'trim_offsets': False}, decoder=decoder, tokens=[('<|endoftext|>', flags(normalized=True))]))
    add('RoBERTa', whole(bytes_, pre=byte_level(), post={'type': 'RobertaProcessing', 'sep': ['</s>', 2], 'cls': ['<s>', 0], 'trim_offsets': True, 'add_prefix_space': False}, tokens=['<s>', '</s>', ('<mask>', flags(lstrip=True))]))
    add('OPT', whole(bytes_, pre=byte_level(), post=template('</s>', '$A', i0=[2]), tokens=[('</s>', flags(normalized=True)), ('<pad>', flags(normalized=True))]))
    add('NeoX', whole(bytes_, {'type': 'NFC'}, byte_level(), {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': True}, decoder, [*end, '<|padding|>', *[(' ' * n, flags(normalized=True, special=False)) for n in range(24, 1, -1)]]))
    add('Pythia', whole(bytes_, {'type': 'NFC'}, byte_level(), {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': True}, decoder, [*end, *[(' ' * n, flags(special=False)) for n in range(24, 1, -1)], ('\n\n', flags(special=False))]))
    add('SmolLM2', whole(bytes_model(drop=('ñ', 'Ĩ', 'Ħ', '±')), pre=pres({'type': 'Digits', 'individual_digits': True}, byte_level()), decoder=decoder, tokens=[*end, '<|im_start|>', '<|im_end|>']))
    add('StarCoder 2', whole(bytes_, pre=pres({'type': 'Digits', 'individual_digits': True}, byte_level()), tokens=end))
    llama3 = lambda regex, post=None, **o: whole(bytes_model(ignore_merges=True, **o), pre=pres(split(regex), EDGE), post=post, decoder=decoder, tokens=['<|begin|>', *end, '<|im_start|>', '<|im_end|>'])
    begin = len(bytes_['vocab'])
    add('Llama 3', llama3(SPLITS['llama3'], seq('processors', {'type': 'ByteLevel', 'add_prefix_space': True, 'trim_offsets': False, 'use_regex': True}, template('<|begin|>', '$A', i0=[begin]))))
    add('Llama 4', llama3(SPLITS['o200k'])); add('SmolLM 3', llama3(SPLITS['llama3'])); add('Mistral Nemo', llama3(SPLITS['tekken']))
    for name in ('qwen2', 'qwen3.5'): add(f'Qwen {name}', whole(bytes_, {'type': 'NFC'}, pres(split(SPLITS[name]), EDGE), {'type': 'ByteLevel', 'add_prefix_space': False, 'trim_offsets': False, 'use_regex': False}, decoder, [*end, '<|im_start|>', '<|im_end|>', ('<tool>', flags(special=False))]))
    add('GPT-4', whole(bytes_, pre=pres(split(SPLITS['cl100k'], 'Removed', True), EDGE), tokens=end)); add('GPT-4o', whole(bytes_, pre=pres(split(SPLITS['o200k'], 'Removed', True), EDGE), tokens=end)); add('OLMo 2', whole(bytes_, pre=pres(split(SPLITS['cl100k']), EDGE), tokens=end))
    add('DeepSeek 1', whole(bytes_, norms(), pres(split(SPLITS['deepseek-1']), split(SPLITS['deepseek-2']), split(SPLITS['deepseek-3']), split(SPLITS['deepseek-4']), split(SPLITS['deepseek-cjk']), {'type': 'Digits', 'individual_digits': True}, EDGE), tokens=['<s>']))
    add('DeepSeek 3', whole(bytes_, norms(), pres(split(r'\p{N}{1,3}'), split(SPLITS['deepseek-cjk']), split(SPLITS['deepseek']), EDGE), tokens=['<s>', '<｜end｜>']))
    add('BLOOM', whole(bytes_, pre=pres(split(SPLITS['bloom']), EDGE), tokens=['<unk>', '<s>', '</s>', '<pad>'])); add('Viking', whole(bytes_, {'type': 'NFC'}, pres(split(SPLITS['poro']), {'type': 'Digits', 'individual_digits': True}, EDGE), tokens=['<s>']))
    add('Falcon', whole(bytes_, pre=pres({'type': 'Punctuation', 'behavior': 'Contiguous'}, byte_level(), {'type': 'Digits', 'individual_digits': False}, split('[0-9][0-9][0-9]')), tokens=[('>>TITLE<<', {}), *end]))
    add('default pack', whole(bytes_, pre=pres(split(r' ?\p{N}{1,2}'), byte_level()), post=template('<|endoftext|>', '$A', i0=[begin]), tokens=end))
    llama2 = dict(post=template('<s>', '$A', i0=[1]), tokens=[('<unk>', flags(normalized=True)), ('<s>', flags(normalized=True)), ('</s>', flags(normalized=True))])
    add('Llama 2', whole(fallback_model(), norms({'type': 'Prepend', 'prepend': '▁'}, replace(' ', '▁')), **llama2))
    add('Llama 2 not normalized', whole(fallback_model(), norms({'type': 'Prepend', 'prepend': '▁'}, replace(' ', '▁')), post=template('<s>', '$A', i0=[1]), tokens=['<unk>', '<s>', '</s>']))
    for scheme in ('always', 'first', 'never'): add(f'Llama 2 metaspace {scheme}', whole(fallback_model(), pre=metaspace(scheme, False), post=template('<s>', '$A', i0=[1]), tokens=['<unk>', '<s>', '</s>']))
    add('TinyLlama', whole(fallback_model(), norms({'type': 'Prepend', 'prepend': '▁'}, replace(' ', '▁')), post=template('<s>', '$A', i0=[1]), tokens=['<unk>', '<s>', '</s>', ('<pad>', flags(special=False, normalized=True))]))
    gemma = [*['<pad>', '<eos>', '<bos>'], *[(' ' * n, flags(special=False)) for n in (2, 3, 4)], *[('\n' * n, flags(special=False)) for n in (2, 3)], ('[toxicity=0]', flags(special=False)), ('\t\t', flags(special=False))]
    add('Gemma', whole(fallback_model(), replace(' ', '▁'), split({'String': ' '}, 'MergedWithPrevious'), template('<bos>', '$A', i0=[len(fallback_model()['vocab']) + 2]), tokens=gemma)); add('Gemma, spaces normalized', whole(fallback_model(), replace(' ', '▁'), tokens=[('▁▁', flags(special=False, normalized=True)), ('   ', flags(special=False, normalized=True))]))
    add('T5', whole(unigram(), norms({'type': 'Strip', 'strip_left': False, 'strip_right': True}, replace({'Regex': ' {2,}'}, '▁')), pres(metaspace('first')), template('$A', '</s>', i0=[2]), tokens=['<unk>', '<s>', '</s>']))
    add('BERT', whole(wordpiece(), bert(), {'type': 'BertPreTokenizer'}, template('[CLS]', '$A', '[SEP]', i0=[1], i1=[2]), tokens=['[UNK]', '[CLS]', '[SEP]', '[MASK]'])); add('CLIP', whole(suffix_model(), norms({'type': 'NFC'}, replace({'Regex': r'\s+'}, ' '), {'type': 'Lowercase'}), pres(split(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", 'Removed', True))))
    add('words of a toy model', whole(wordlevel(), {'type': 'Lowercase'}, pres({'type': 'Whitespace'}, {'type': 'Punctuation'}), template('[CLS]', '$A', i0=[1]), tokens=['[UNK]', '[CLS]'])); add('characters of a toy model', whole(wordlevel(words=['[UNK]', *CHARS]), pre=split('', 'Isolated')))
    add('no pre-tokenizer', whole(bytes_)); add('nothing but characters', whole(bpe({c: i for i, c in enumerate(CHARS)}, [])))
