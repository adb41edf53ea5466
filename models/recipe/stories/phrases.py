"""Shared phrases: each rule is a template that tales and drills draw on."""
from . import words as w

LISTS = {
    "good": w.FEEL_GOOD, "bad": w.FEEL_BAD, "foods": w.FOOD_PL, "food": w.FOOD_SG,
    "mass": w.FOOD_MASS, "meal": w.MEALS, "colour": w.COLOURS, "wadj": w.WEATHER_ADJ,
    "season": w.SEASONS, "day": w.DAYS, "month": w.MONTHS, "game": w.GAMES,
    "subject": w.SUBJECTS, "trade": w.TRADES, "animal": w.ANIMALS, "farm": w.FARM,
    "vehicle": w.VEHICLES, "adv": ["quickly", "slowly", "quietly", "carefully", "happily", "bravely"],
    "plant": [p.replace("_", " ") for p in w.PLANTS], "desk": w.SCHOOL_THINGS,
    "home": [h.replace("_", " ") for h in w.HOMES], "toy": w.TOYS,
    "few": ["two", "three", "four", "five", "six", "seven"],
    "nth": ["second", "third", "fourth", "fifth"],
}

RULES = {
    # beginnings
    "once": "[Once upon a time|Long ago|Many years ago|Once|A long time ago|In the old days]",
    "oneday": "[One day|One {wadj} day|One {tm}|One {season} {tm}|One {wadj} {tm}|On a {wadj} {day}|"
              "One {day} {tm}|One {day}|Early one {tm}|Late one {tm}|One day in {month}|"
              "On the first day of {season}]",
    "tm": "[morning|morning|afternoon|evening]",
    "nextday": "[The next day|The next morning|The following day|On {day}|Early the next morning|"
               "A day later|The morning after]",
    "livednear": "[who lived near the {home}|who lived by the {home}|who lived in a [little|small|"
                 "white|wooden|crooked|cosy|stone] house near the {home}|"
                 "who lived at the end of a long [road|lane|street|path]|who lived close to the {home}]",
    "begin": "[{once} there was {h.a}, {livednear}. |{once}, near the {home}, there lived {h.a}. |"
             "There was once {h.a} {livednear}. |{once} {h.a} lived near the {home}. |"
             "Near the {home} there lived {h.a}. |In a [small|quiet|little|green] [valley|village|"
             "corner of the country] there lived {h.a}. |This is the story of {h.a}. |"
             "Do you know the story of {h.a}? |Far away, beyond the {home}, lived {h.a}. ]",
    # weather
    "sky": "[The sun was shining|The sky was [blue|grey|clear|full of clouds]|A [soft|cold|warm|strong] "
           "wind was blowing|It was raining|Snow lay on the [roofs|fields|hills]|The air was [fresh|cold|"
           "warm|still]|Fog hid the [hills|road|river]|The birds were singing|It was a {wadj} {tm}|"
           "Thin clouds moved across the sky|There was frost on the grass|The leaves were turning "
           "[red|yellow|brown]|The rain had stopped|A storm was coming|A rainbow stood over the {home}]",
    # going
    "went": "[walked|went|ran|hurried|wandered|walked slowly|set off|marched|rushed]",
    "searched": "[searched|looked|hunted]",
    "under": "[under the bed|behind the door|in the kitchen|under the table|on every shelf|"
             "behind the curtains|in the garden|under the stairs|by the well|in the basket|"
             "beside the fire|among the flowers|in the long grass|behind the gate|in every drawer]",
    "spot": "[under an old oak|behind a grey stone|in a hollow tree|beside the path|under a heap of "
            "leaves|in the tall grass|on a flat rock|between two roots|under a small bridge|"
            "beside a quiet stream|at the foot of a pine tree|inside an empty nest]",
    # saying
    "saidh": "[said {h}|{h} said|said {h} [softly|quietly|sadly|politely|at last]|asked {h}]",
    "saidk": "[said {k}|said {k} [kindly|gently|slowly|with a smile|calmly|cheerfully|wisely]|"
             "answered {k}|replied {k}]",
    "greet": "[Good {tm}|Hello|Good day|Welcome|Hello there]",
    "asksad": "[Why are you so {bad}|What is the matter|Why do you look so {bad}|What has happened|"
              "Why are you crying|Can I help you|What are you looking for]",
    "comfort": "[Do not worry|Do not be sad|Don't cry|Never mind|Be brave|Cheer up|Don't be afraid]",
    "thanks": "[Thank you|Thank you very much|Oh, thank you|How can I ever thank you|You are so kind]",
    "thankyou": "[Thank you!|Thank you very much!|Oh, thank you!|Thank you, you are so kind!|"
                "How kind you are!|Many thanks!]",
    # feelings
    "washappy": "[was very {good}|was so {good} that {who.s} [danced|sang a song|laughed|jumped up and "
                "down|clapped]|felt {good}|smiled from ear to ear|laughed [out loud|with joy]|"
                "could not stop smiling|had never been so {good}]",
    "wassad": "[was very {bad}|felt {bad}|sat down and [cried|sighed]|did not know what to do|"
              "felt {bad} and alone|hung {who.p} head]",
    # endings
    "home_again": "[walked home|went home|hurried home|ran all the way home|went back home]",
    "end": "[From that day on, {h} and {k} were the best of friends.|And {h} never forgot that day.|"
           "And that is the end of the story.|And they all lived happily ever after.|"
           "That night {h} slept very well.|{H} told the story again and again for many years.|"
           "After that, {h} visited {k} every {day}.|When the moon rose, {h} was fast asleep.|"
           "It was the best day of the whole {season}.|And if you go there today, you may hear {h} "
           "laughing still.|They had {mass} and {foods} for {meal}, and everyone was {good}.|"
           "{H} was {good}, and so was {k}.|In the evening they sat by the fire and ate {mass}.]",
    "moral": "[|||| So remember: [a kind word is worth more than gold|a good friend is the best "
             "treasure|slow and steady is often best|it is never too late to say sorry|help others, "
             "and others will help you|even the smallest friend can be a great help|"
             "always look in your own pocket first|those who share are never poor]. ]",
    "shared": "[shared {mass} and {foods}|had {meal} together|drank hot tea and ate {foods}|"
              "sat down to a [fine|big|warm|simple] {meal} of {mass} and {foods}|ate {foods} by the fire]",
    "hardway": "[The way was long and [steep|dark|muddy|narrow].|The path was [narrow|slippery|full of "
               "stones|hard to see].|It was a long walk, and {h} grew [tired|hungry|thirsty].|"
               "The wind blew harder and harder.|Soon it began to [rain|snow].|"
               "A wide river lay across the road.|The road went up and down, up and down.|"
               "Before long the [fog|mist] was so thick that {h} could not see {h.p} own feet.]",
}
