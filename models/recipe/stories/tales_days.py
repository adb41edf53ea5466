"""Everyday tales put together from small events, so that hardly two are alike.
Each: (name, cast, topic, template); RULES holds the events."""

RULES = {
    "link": 
        "[Then|After that|Next|A little later|Soon|In the meantime|Afterwards|At noon|Before "
        "long]",
    "act": 
        "[[bought|sold|carried|counted|washed|cut|packed|ate] {few} "
        "{foods}|[mended|painted|cleaned|borrowed|polished] [a|an old|a broken|the "
        "neighbour's] {vehicle}|[wrote|sent|read|got] a [long|short|funny|secret|kind] "
        "letter|[sang|whistled|hummed] [an old|a merry|a sad|a quiet] "
        "[song|tune]|[fed|washed|brushed|watched] the [hungry|fat|brown|white|old|young] "
        "{farm}|[planted|watered] a [young|small|tall] {tree}|[baked|cooked|tasted] a "
        "[round|sweet|big] [pie|cake|loaf|pancake]|[swept|cleaned] the "
        "[floor|stairs|yard|path]|washed the [windows|plates|cups]|[drew|painted|saw] a "
        "picture of a {colour} {animal}|[told|heard|remembered] a story about a {nature} "
        "{animal}|[drank|made] a [cup|pot|jug] of [tea|milk|coffee|water]|[played|won] a game"
        " of [chess|cards|marbles]|[built|sold|made] a [wooden|little|strong] "
        "[chair|box|fence|boat|cart|table]|[lit|blew out] the [lamp|candle|lantern]|[looked "
        "for|found|hid|borrowed] a {colour} {toy}|[climbed|ran round|sat under] a tall "
        "{tree}|[threw|kicked|caught] a ball|[learned|practised] a [hard|short|new] "
        "[word|poem|dance]|[opened|closed|painted|knocked at] the [green|heavy|front|garden] "
        "door|[wore|tried on|bought|knitted] a {colour} "
        "[scarf|hat|coat|jacket|jumper]|[dug|filled|found] a [deep|round] "
        "hole|[caught|cooked|saw] {few} fish|[took|waited for] the [old|early|last|slow] "
        "[cart|bus|train|ferry]|[collected|counted|gathered] {few} "
        "[shells|stones|feathers|leaves|sticks|buttons]|[hung|folded|ironed] the "
        "[shirts|sheets|curtains]|[rang|heard] the [old|little|silver] bell]",
    "act2": "{act}",
    "mishap": 
        "[lost a {colour} {toy}|missed the {vehicle}|burnt a [pie|cake|pancake]|spilled the "
        "[tea|milk|soup]|broke a [cup|plate|jug|jar]|forgot the [key|bread|way|time]|lost a "
        "game of [chess|cards|marbles]|dropped a basket of {foods}|tore a "
        "[sleeve|stocking|map|sail]|fell into the [mud|pond|hay|snow]|stepped on a "
        "[nail|shell|pear|plum]|forgot {h.p} [hat|bag|coat|umbrella]]",
    "why": 
        "[because {h.s} was {good}|because it was {wadj}|because the {trade} had asked "
        "{h.o}|because nobody else [could|wanted to|had time]|because {h.s} [liked|loved] "
        "it|because it was {today}|although {h.s} was [tired|late|busy|hungry]|while the "
        "{trade} [watched|slept|laughed|sang|waited]|before the [rain|night|guests|snow] "
        "came|for {h.p} [aunt|uncle|friend|neighbour]|with [great care|a smile]]",
    "event": 
        "[{H} {act} {why}.|{Link} {h.s} {act}.|{Link} {h.s} {act} and {act2}.|{H.s} {act}, "
        "and {f} {act2}.|{H.s} {act}, but {f} {act2}.|{Why2}, {h} {act}.|But then {h.s} "
        "{mishap}[, and {h.s} was {bad}|].|But {h.s} {mishap}, and {f} helped {h.o}.]",
    "why2": 
        "[because it was {wadj}|when the bell rang|while {f} was still asleep|before "
        "{meal}|after {meal}|as soon as the [sun|moon] was up|when nobody was looking|at "
        "{hour} o'clock]",
    "chat": 
        "[\"What are you doing?\" asked {f}. \"[Wait and see|I am busy|Nothing special|I am only"
        " looking],\" {reply}|\"Where have you been?\" asked {f}. \"[At the {meeting}|In the "
        "garden|Over the hill|With my {relative}],\" {reply}|\"Are you hungry?\" asked {f}. "
        "\"[Yes, very|Not yet|Always|A little],\" {reply}|\"Is it {tomorrow} already?\" asked "
        "{f}. \"No, it is only {today},\" {reply}|\"May I help?\" asked {f}. \"[Yes, please|No, "
        "thank you|Of course|Gladly],\" {reply}|\"Do you like {foods}?\" asked {f}. \"[Yes, very "
        "much|No, not at all|Only with {mass}|Yes, but I like {foods} better],\" {reply}|\"What"
        " time is it?\" asked {f}. \"[It is {hour} o'clock|It is late|Time to eat],\" "
        "{reply}|\"Can you hear that?\" asked {f}. \"[Yes, it is a {animal}|It is only the "
        "wind|No, not at all],\" {reply}|\"[I like {foods}|I am {good}|I have never seen such "
        "big {foods}|I dreamed of a {colour} {animal}|My {relative} lives {place2}|I was born"
        " in {month}|One day I shall be a {trade}|I once saw a {colour} {animal}],\" said {h}."
        " {F} [nodded|laughed|yawned|did not believe it|looked surprised|smiled|said "
        "nothing].]",
    "said2": "[said {h}.|answered {h}.|{H} laughed.|replied {h}.]",
    "relative": "[aunt|uncle|grandmother|cousin|brother|sister]",
    "place2": 
        "[near the {home}|by the sea|in a lighthouse|in the next village|far away|over the "
        "hill]",
    "meet": 
        "[On the way|At the corner|By the gate|Near the {home}|In the street|On the bridge] "
        "{h.s} met [a {trade} with a {colour} [bag|hat|coat]|a {nature} {animal}|{few} "
        "[children|sailors|ducks|musicians|geese]|{k.a}|an old friend]. [They talked about "
        "the weather.|They had never met before.|\"{Greet}!\" said {h}.|It was a short "
        "talk.|They shared a {food}.|They walked a little way together.|They told each other "
        "a joke about a {animal}.]",
    "close": 
        "[In the evening {h.s} [was tired but {good}|went to bed early|ate {mass} and "
        "{foods}|looked at the stars].|\"[What a day|That was a good day|Tomorrow is "
        "{tomorrow}|Good night]!\" {said2}|That was {h.own} {today}.|And then it was night.|At"
        " ten o'clock the lamp went out.|{H} and {f} [laughed about it for a long "
        "time|shook hands|said goodbye|ate the last {food} together].|Nobody in the "
        "[village|street|valley] ever knew.]",
    "start": 
        "[{Oneday} {h.full} [woke up early|was very {glad}|was alone at home|had nothing to "
        "do|had a lot to do|got a letter from {h.p} {relative}|went {x.to}|met a {trade} at "
        "the gate]. |{begin}|{Sky}. {H.full} [looked out of the window|put on {h.p} "
        "[boots|hat|coat]|opened the door|was in a hurry]. |It was {today}, and {h.def} was "
        "[busy|{good}|late|{bad}|at home]. |At {hour} o'clock in the morning {h.full} went "
        "{x.to}. ]",
    "first": "[{H} {act} {why}.|First {h} {act}.|{H} {act} and {act2}.|{Why2}, {h} {act}.]",
    "friend": 
        "[Along came {f.a}.|Then {f.a} came by.|With {h.o} was {f.a}.|{H} was not alone: "
        "{f.a} was there too.|Behind {h.o} came {f.a}.]",
    "reply": "[said {h}.|answered {h}.|replied {h}.|{h} said with a smile.]",
}

TALES = [
    ("day_short", "any", "everyday", "{start}{first} {friend} {event} {meet} {event} {close}"),
    ("day_chat", "any", "everyday", "{start}{first} {friend} {chat} {event} {event} {chat} {close}"),
    ("day_long", "any", "everyday", "{start}{first} {meet} {friend} {event} {event} {chat} {event} {close}"),
]
