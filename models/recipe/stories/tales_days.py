"""Everyday tales put together from small events, so that hardly two are alike.
Each: (name, cast, topic, template); RULES holds the events."""

RULES = {
    "link": "[Then|After that|Next|A little later|Soon|In the meantime|Afterwards|At noon|Before long]",
    "did": "[bought|sold|carried|counted|washed|picked|cut|wanted|found|packed] {few} {foods}|"
           "[mended|painted|cleaned|borrowed|polished] [a|an old|a broken|the neighbour's] {vehicle}|"
           "[wrote|sent|read|got] a [long|short|funny|secret|kind] letter|"
           "[sang|whistled|hummed] [an old|a merry|a sad|a quiet] [song|tune]|"
           "[fed|washed|brushed|watched] the [hungry|fat|brown|white|old|young] {farm}|"
           "[planted|watered] a [young|small|tall] {tree}|[baked|cooked|tasted|burnt] a [round|sweet|big] "
           "[pie|cake|loaf|pancake]|[swept|cleaned|washed] the [floor|stairs|yard|windows]|"
           "[drew|painted|saw] a picture of a {colour} {animal}|[told|heard|remembered] a story about a "
           "{nature} {animal}|[drank|made|spilled] a [cup|pot|jug] of [tea|milk|coffee|water]|"
           "[played|won|lost] a game of [chess|cards|marbles]|[built|broke|sold] a [wooden|little|strong] "
           "[chair|box|fence|boat|cart|table]|[lit|blew out] the [lamp|candle|lantern]|"
           "[looked for|lost|found|hid] a {colour} {toy}|[climbed|ran round|sat under] a tall {tree}|"
           "[threw|kicked|caught] a ball|[learned|forgot|practised] a [hard|short|new] [word|poem|dance]|"
           "[opened|closed|painted|knocked at] the [green|heavy|front|garden] door|"
           "[wore|tried on|bought|knitted] a {colour} [scarf|hat|coat|jacket|jumper]|"
           "[dug|filled|found] a [deep|round] hole|[caught|cooked|saw] {few} fish|"
           "[drove|rode|took|missed] the [old|early|last|slow] [cart|bus|train|ferry]|"
           "[collected|counted|gathered] {few} [shells|stones|feathers|leaves|sticks|buttons]|"
           "[hung|folded|ironed] the [shirts|sheets|curtains]|[rang|heard] the [old|little|silver] bell",
    "act": "{did_one}",
    "why": "[because {h.s} was {good}|because it was {wadj}|because the {trade} had asked {h.o}|"
           "because nobody else [could|wanted to|had time]|because {h.s} [liked|loved] it|"
           "because it was {day}|although {h.s} was [tired|late|busy|hungry]|while the {trade} "
           "[watched|slept|laughed|sang|waited]|before the [rain|night|guests|snow] came|"
           "until the [bell rang|sun went down|clock struck {hour}|lamp went out]|"
           "without [a word|a sound|a mistake|any help]|with [great care|a smile|both hands]|"
           "as [quickly|quietly|carefully|well] as {h.s} could|for {h.p} [aunt|uncle|friend|neighbour]]",
    "event": "[{H} {act} {why}.|{Link} {h.s} {act}.|{Link} {h.s} {act} and {act2}.|{H.s} {act}, and {f} "
             "{act2}.|{H.s} {act}, but {f} [only laughed|did not|{act2}].|{Why2}, {h} {act}.|"
             "{F} {act} and gave it all up for {mass}.]",
    "why2": "[because it was {wadj}|when the bell rang|while {f} was still asleep|before {meal}|"
            "after {meal}|as soon as the [sun|moon] was up|when nobody was looking|at {hour} o'clock]",
    "chat": "[\"[What are you doing|Where have you been|What is that|Are you hungry|Is it {day} already|"
            "May I help|Do you like {foods}|What time is it]?\" asked {f}. \"[Wait and see|I am busy|Not "
            "yet|Nothing|Yes, very much|No, not today|Ask me on {day}|I do not know|Guess]!\" {said2}|"
            "\"[I like {foods}|I am {good}|It is {wadj} today|I have never seen {few} {foods} so big|I dreamed "
            "of a {colour} {animal}|My {relative} lives {place2}|I can hear a {animal}|I was born in "
            "{month}]{punct}\" said {h}. {F} [nodded|laughed|yawned|did not believe it|looked surprised|"
            "smiled|said nothing].]",
    "said2": "[said {h}.|answered {h}.|{H} laughed.|replied {h}.]",
    "punct": ",", "relative": "[aunt|uncle|grandmother|cousin|brother|sister]",
    "place2": "[near the {home}|by the sea|in a lighthouse|in the next village|far away|over the hill]",
    "meet": "[On the way|At the corner|By the gate|Near the {home}|In the street|On the bridge] {h.s} met "
            "[a {trade} with a {colour} [bag|hat|coat]|a {nature} {animal}|{few} [children|sailors|ducks|"
            "musicians|geese]|{k.a}|an old friend]. [They talked about the weather.|They had never met "
            "before.|\"{Greet}!\" said {h}.|It was a short talk.|They shared a {food}.|They walked a little "
            "way together.|They knew a joke about a {animal}.]",
    "close": "[In the evening {h.s} [was tired but {good}|went to bed early|ate {mass} and {foods}|looked at the "
             "stars].|\"[What a day|That was a good day|Tomorrow is {day}|Good night]!\" {said2}|That was "
             "{h.own} {day}.|And then it was night.|At {hour} o'clock the lamp went out.|{H} and {f} "
             "[laughed about it for a long time|shook hands|said goodbye|ate the last {food} together].|"
             "Nobody in the [village|street|valley] ever knew.]",
    "start": "[{Oneday} {h.full} [woke up early|was very {good}|was alone at home|had nothing to do|had a lot to "
             "do|got a letter from {h.p} {relative}|went {x.to} with {f}]. |{begin}|{Sky}. {H.full} [looked "
             "out of the window|put on {h.p} [boots|hat|coat]|opened the door|was in a hurry]. |It was {day}, "
             "and {h.def} was [busy|{good}|late|{bad}|at home]. |At {hour} o'clock in the morning {h.full} "
             "went {x.to}. ]",
}
DID = [part for part in RULES.pop("did").split("]|[")]
DID = [("" if i == 0 else "[") + part + ("" if i == len(DID) - 1 else "]") for i, part in enumerate(DID)]

TALES = [
    ("day_short", "any", "everyday", "{start}{event} {event} {meet} {event} {close}"),
    ("day_chat", "any", "everyday", "{start}{event} {chat} {event} {event} {chat} {close}"),
    ("day_long", "any", "everyday", "{start}{event} {meet} {event} {event} {chat} {event} {close}"),
]
