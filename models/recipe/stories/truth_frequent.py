"""Truth about the most frequent words and phrases, each a concept of its own."""
WORDS = frozenset("""the a an and said to of i it is was in that there on came she he with had have has you
day days went at not no for one they but asked were looked little all old up down out from by called her who
whose what when two three home only my his him them me we then next morning evening night laughed found as
could can will too so very more some about whole or small lived put cried long every again sat did do be am
ate house name named than until before after if because time met told teacher this under over into boy girl
stood lost left white ran took moon kind quiet king never gate door window tree see saw story letter play
friend help bed best good like gave go together back""".split())
PHRASES = """once upon a time/thank you/each other/years old/at last/next to/full of/in front of/out of/a lot/
had never/as soon as/from that day on/fast asleep/at home/at once/all day/let us/that night/on the way/
looked at/wanted to/went to/o'clock"""
STARTS = {}
for _phrase in PHRASES.replace("\n", "").split("/"):
    STARTS.setdefault(_phrase.split()[0], []).append(_phrase.split())


def frequent(read):
    for i, low in enumerate(read.lows):
        if not read.english[i]:
            continue
        if low in WORDS:
            yield (*read.span(i), "word", "I" if low == "i" else low)
        for phrase in STARTS.get(low, ()):
            if read.lows[i:i + len(phrase)] == phrase:
                yield (*read.span(i, i + len(phrase) - 1), "phrase", " ".join(phrase))


MAKERS = (frequent,)
