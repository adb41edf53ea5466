"""Shared phrases: each rule is a template that tales and drills draw on."""
from . import words as w

LISTS = {
    "nature": w.NATURE, "good": w.FEEL_GOOD, "glad": w.FEEL_GLAD, "fruits": w.FRUITS, "bad": w.SADNESS,
    "tree": w.TREES, "foods": w.TREATS, "pack": w.PACKED, "food": w.BITES, "mass": w.DISHES, "meal":
    ["lunch", "supper", "supper", "dinner"], "colour": w.COLOURS, "wadj": w.WEATHER_ADJ, "season":
    w.SEASONS, "day": w.DAYS, "month": w.MONTHS, "game": w.GAMES, "subject": w.SUBJECTS, "trade":
    w.TRADES, "animal": w.ANIMALS, "farm": w.FARM, "vehicle": w.VEHICLES, "adv": ["quickly",
    "slowly", "quietly", "carefully", "happily", "bravely"], "plant": [p.replace("_", " ") for p
    in w.PLANTS], "desk": w.SCHOOL_THINGS, "home": [h.replace("_", " ") for h in w.HOMES], "toy":
    w.TOYS, "meeting": w.MEETING, "few": ["two", "three", "four", "five", "six", "seven"], "nth":
    ["second", "third", "fourth", "fifth"],
}

RULES = {
    "once": "[Once upon a time|Long ago|Many years ago|Once|A long time ago|In the old days]",
    "oneday": 
        "[One day|One {wadj} day|One {tm}|One {season} {tm}|One {wadj} {tm}|On a {wadj} "
        "{today}|One {today} {tm}|One {today}|Early one {tm}|Late one {tm}|One day in {month}|On the "
        "first day of {season}]",
    "tm": "[morning|morning|afternoon|evening]",
    "nextday": 
        "[The next day|The next morning|The following day|On {day}|Early the next morning|A day"
        " later|The morning after]",
    "livednear": 
        "[who lived near the {home}|who lived by the {home}|who lived in a "
        "[little|small|white|wooden|crooked|cosy|stone] house near the {home}|who lived at the "
        "end of a long [road|lane|street|path]|who lived close to the {home}]",
    "begin": 
        "[{once} there was {h.a}[,|] {livednear}. |{once} there was {h.a} {livednear}. |{once},"
        " near the {home}, there lived {h.a}. |There was once {h.a} {livednear}. |{once} {h.a} "
        "lived near the {home}. |Near the {home} there lived {h.a}. |In a "
        "[small|quiet|little|green] [valley|village|corner of the country] there lived {h.a}. "
        "|This is the story of {h.a}. |Do you know the story of {h.a}? |Far away, beyond the "
        "{home}, lived {h.a}. ]",
    "went": "[walked|went|ran|hurried|wandered|walked slowly|set off|marched|rushed]",
    "searched": "[searched|looked|hunted]",
    "under": 
        "[under the bed|behind the door|in the kitchen|under the table|on every shelf|behind "
        "the curtains|in the garden|under the stairs|by the well|in the basket|beside the "
        "fire|among the flowers|in the long grass|behind the gate|in every drawer]",
    "hidden":
        "[under the bed|behind the door|in the kitchen|under the table|behind the curtains|in the "
        "garden|under the stairs|behind the gate]",
    "spot": 
        "[under an old oak|behind a grey stone|in a hollow tree|beside the path|under a heap of"
        " leaves|in the tall grass|on a flat rock|between two roots|under a small bridge|beside"
        " a quiet stream|at the foot of a pine tree|inside an empty nest]",
    "saidh": "[said {h}|{h} said|said {h} [softly|quietly|sadly|politely|at last]|asked {h}]",
    "saidk": 
        "[said {k}|{k} said|said {k} [kindly|gently|slowly|with a "
        "smile|calmly|cheerfully|warmly]|whispered {k}]",
    "greet": "[Good {tm}|Hello|Good day|Welcome|Hello there]",
    "asksad": 
        "[Why are you so {bad}|What is the matter|Why do you look so {bad}|What has "
        "happened|Why are you crying|Can I help you|What are you looking for]",
    "comfort": "[Do not worry|Do not be sad|Don't cry|Never mind|Be brave|Cheer up|Don't be afraid]",
    "thanks": "[Thank you|Thank you very much|Oh, thank you|How can I ever thank you|You are so kind]",
    "thankyou": 
        "[Thank you!|Thank you very much!|Oh, thank you!|Thank you, you are so kind!|How kind "
        "you are!|Many thanks!]",
    "washappy": 
        "[was very {glad}|was so {good} that {h.s} [danced|sang a song|laughed|jumped up and "
        "down|clapped]|felt {good}|smiled from ear to ear|laughed [out loud|with joy]|could not"
        " stop smiling|had never been so {good}]",
    "kwashappy": 
        "[was very {glad}|was so {good} that {k.s} [danced|sang a song|laughed|jumped up and "
        "down]|smiled from ear to ear|laughed with joy|could not stop smiling]",
    "wassad": 
        "[was very {bad}|felt {bad}|sat down and [cried|sighed]|did not know what to do|felt "
        "{bad} and alone|hung {h.p} head]",
    "fend": 
        "[From that day on, {h} and {f} did everything together.|And neither of them ever "
        "forgot that day.|That night they both slept very well.|They had {mass} and {foods} for"
        " {meal}, and everyone was {good}.|It was the best day of the whole {season}.|They have"
        " been friends ever since.|They laughed all the way home.|And they promised to meet "
        "again on {day}.]",
    "saidh2": "[said {h}|cried {h}|{h} said|laughed {h}]",
    "q_to_say": "to {p.the}",
    "shout": "[Come and play|Be my friend|Come up here|Tell me your name|Sing with me]",
    "nearby": 
        "[under a bench|behind a cart|along the wall|on the ground|between the stones|in the "
        "grass by the road]",
    "oneday_low": "[one {season} {tm}|one day|one {wadj} {day}|early one {tm}]",
    "mealbread": "[loaf of bread|bowl of soup|cup of milk|pie|piece of cake]",
    "through": 
        "[through the wood and over the hill|past the mill and across the river|over stones and"
        " under low branches|up one hill and down the next|along the stream and through the "
        "fields|through wind and rain]",
    "orsell": "[to sell|and a jar of honey]",
    "hour": "[four|five|six|seven|eight|nine]",
    "manysteps": "[fifty|ninety|a hundred|two hundred]",
    "smallone": "[mouse|bat|dormouse|beetle|owl]",
    "seaone": "[gull|crab|seal|fish|frog]",
    "bigone": "[giant|bear|dragon|lion|whale]",
    "at_break": "[At noon|In the break|At ten o'clock]",
    "date": "[second|fourth|fifth|ninth|tenth]",
    "ages": "[four|five|six|seven|eight|nine]",
    "wassad2": "[was very {bad}|felt {bad}|sighed]",
    "shared_sea": 
        "[drank hot tea and slept by the fire|ate a bowl of fish soup and slept till noon|got "
        "dry clothes and a big bowl of {dish}]",
    "ingarden": "[in the garden|behind the house|by the wall|in a big pot|beside the gate]",
    "firstfruit": "[one|ripe one|and best one]",
    "sealands": "[across the blue carpet|to the North Pole and back|around the world in an hour]",
    "flowers": "[roses|tulips|daisies|lilies|sunflowers|bluebells]",
    "spot2": "{spot}",
    "home_again": "[walked home|went home|hurried home|ran all the way home|went back home]",
    "end": 
        "[From that day on, {h} and {k} were the best of friends.|And {h} never forgot that "
        "day.|And that is the end of the story.|And they all lived happily ever after.|That "
        "night {h} slept very well.|{H} told the story again and again for many years.|After "
        "that, {h} visited {k} every {day}.|When the moon rose, {h} was fast asleep.|It was the"
        " best day of the whole {season}.|And if you go there today, you may hear {h} laughing "
        "still.|They had {mass} and {foods} for {meal}, and everyone was {good}.|{H} was "
        "{good}, and so was {k}.|In the evening they sat by the fire and ate {mass}.]",
    "moral": 
        "[||| So remember: a good friend is the best treasure.| Even the smallest friend can be"
        " a great help.| Help others, and others will help you.]",
    "m_work": "[||Busy hands make a light heart.|So remember: work done with a friend is half play.]",
    "m_share": "[||So remember: those who share are never poor.|Joy that is shared is twice as big.]",
    "m_wait": "[||Some things cannot be hurried.|So remember: whoever waits will see more.]",
    "m_kind": 
        "[||So remember: a kind word is worth more than gold.|Kindness always finds its way "
        "home.]",
    "m_own": "[||So remember: be glad of what you have.|There is no place like home.]",
    "m_thank": "[||So never forget to say thank you.|Two small words can do a great deal.]",
    "m_each": "[||Everybody is good at something.|So remember: every voice is good for something.]",
    "shared": 
        "[shared {mass} and {foods}|had {meal} together|drank hot tea and ate {foods}|sat down "
        "to a [fine|big|warm|simple] {meal} of {mass} and {foods}|ate {foods} by the fire]",
    "hardway": 
        "[The way was long and [steep|dark|muddy|narrow].|The path was [narrow|slippery|full of"
        " stones|hard to see].|It was a long walk, and {h} grew [tired|hungry|thirsty].|The "
        "wind blew harder and harder.|Soon it began to [rain|snow].|A wide river lay across the"
        " road.|The road went up and down, up and down.|Before long the [fog|mist] was so thick"
        " that {h} could not see {h.p} own feet.]",
}

SEASON = {
    "winter": {"wadj": "snowy frosty cold icy foggy windy".split(),
               "month": ["December", "January", "February"],
               "sky": "[Snow lay on the [roofs|fields|hills]|A cold wind was blowing|There was frost on "
                      "the grass|The sky was [grey|white|full of clouds]|Soft snow was falling|The pond "
                      "was frozen|Fog hid the [hills|road|river]|The air was cold and clear]"},
    "spring": {"wadj": "mild bright rainy warm sunny windy".split(), "month": ["March", "April", "May"],
               "sky": "[The birds were singing|The first flowers were open|A soft wind was blowing|The "
                      "rain had stopped|The sky was [blue|clear]|The trees were full of blossom|A "
                      "rainbow stood over the {home}|The grass was wet and green]"},
    "summer": {"wadj": "sunny warm hot bright stormy".split(), "month": ["June", "July", "August"],
               "sky": "[The sun was shining|The sky was [blue|clear]|It was very hot|Bees were humming "
                      "in the [garden|clover|roses]|Not a leaf moved|The air was warm and still|A storm "
                      "was coming|The corn was high and yellow]"},
    "autumn": {"wadj": "windy rainy foggy cool misty cloudy stormy".split(),
               "month": ["September", "October", "November"],
               "sky": "[The leaves were turning [red|yellow|brown]|It was raining|A strong wind was "
                      "blowing|Fog hid the [hills|road|river]|Thin clouds moved across the sky|The air "
                      "was cool and damp|The apples were ripe|Leaves danced in the wind]"},
}
