"""Tales of wishes, fears and gifts. Each: (name, cast, topic, template)."""

TALES = [
    ("afraid_dark", "young", "being afraid", """
    {begin}{H} was brave by day, but at night {h.s} was afraid of the dark. [Every shadow looked
    like a {bigone}.|Every little sound made {h.o} jump.] "[Leave the lamp on|Do not blow out
    the candle]," {h.s} always said. {Oneday} the wind blew out the light. [{H} pulled the
    blanket over {h.p} head|{H} did not dare to move|{h} sat up in bed and shivered]. Then there
    was a knock at the window. "Who is there?" [whispered|called] {h}. "[Only me|Don't be
    afraid, it is me]," said {k.a}. "[I live in the dark, and it is beautiful|Come out and see
    what the night looks like]." {H} took a deep breath and [opened the door|went
    outside|followed {k}]. [Above them were more stars than anyone could count|The moon had
    painted the whole garden silver|A thousand little lights were dancing over the grass]. They
    [sat {spot} and listened to the frogs|counted {few} falling stars|watched the moon climb
    over the {home}]. "[The dark is only the day with its eyes closed|It is not so bad|I was
    afraid of the most beautiful thing]," said {h}. {End}"""),
    ("wish_fly", "groundanimal", "a wish to fly", """
    {begin}{H} wanted to fly. [All day long {h.s} watched the birds|{H} dreamed of it every
    night]. First {h.s} [tied two big leaves to {h.p} back|made wings of paper|held on to an
    umbrella] and jumped from [a rock|a tree stump|the roof of the barn]. Bump! {H.s} [landed in
    the mud|fell into a heap of hay|sat in the pond]. Then {h.s} asked {k.a} for advice.
    "[Everyone has something|Not all of us can fly]," {saidk}, "[but you can run faster than
    anyone|but you can dig and swim, and I cannot|but I know how you can see the world from
    above]." {H} [sighed|thought about it|shook {h.p} head]. "I only want to see my home from
    the sky." So {k} called [a flock of geese|{few} strong swans|the gulls], and they brought a
    [basket|blanket] and lifted it up, with {h} inside. Far below lay {p.the}, and the {home}
    looked no bigger than a {food}. "[How small everything is|It is lovely, but it is cold up
    here|I can see my house]!" cried {h}. [When {h.s} was back on the ground, {h.s} kissed the
    grass|After that {h.s} liked {h.p} own four feet much better]. {m_own}"""),
    ("birthday", "young", "a birthday", """
    [It was {h.own} birthday, but nobody seemed to remember.|On {day}, the {date} of {month}, it
    was {h.own} birthday.] {H} woke up early and [ran into the kitchen|looked out of the
    window|got dressed at once]. No one was there. On the table stood a [cold cup of tea|bowl of
    {dish}|plate with one {food}]. {H} went to see {f}, but {f} was not at home. {H.s} went to
    see {k}, but {k} [only said, "{greet}," and closed the door|was busy and did not have time].
    "[Everyone has forgotten me|This is the worst birthday of all]," said {h}, and {h.s}
    {wassad2}. [In the evening|When the sun went down,] {h} walked slowly home. The house was
    dark. {H} opened the door, and suddenly there were lights everywhere! "[Happy
    birthday|Surprise]!" cried {f}, and {k}, and all the neighbours. There was a cake with
    {ages} candles, there were {foods} and {foods2}, and in the middle of the table lay a {w}.
    "[And I thought you had forgotten|You were hiding all day]!" laughed {h}. {Fend}"""),
    ("sharing", "animal", "sharing", """
    {Once} {h.a} found a [big heap of {foods2}|tree full of {foods2}|whole basket of {foods2}].
    "[All for me|Mine, all mine]!" said {h}, and {h.s} hid everything {spot}. Along came {f.a}.
    "I am so hungry," said {f}. "[Have you seen anything to eat|Can you spare a bite]?" "No,"
    said {h} [quickly|and looked away]. {F} went away sadly. That night {h} ate and ate until
    {h.p} stomach hurt. [It did not taste very good alone|But {h.s} could not sleep|It was very
    quiet]. {Nextday} the {foods2} were [starting to go bad|wet from the rain|too many for one].
    Then {h} [felt ashamed|had an idea|thought of {f}] and {went} {p.to}. "[I was not honest|I
    am sorry|Forgive me]," {h.s} said to {f}. "[I have more than enough. Come and eat with
    me|Half of it is for you]." {F} [smiled|forgave {h.o} at once], and they {shared}. "[Now it
    tastes good|How strange: half is more than all]," said {h}. {m_share}"""),
    ("slow_race", "animal", "a race", """
    {H.full} and {f.full} could never agree. "I am the fastest," said {h}. "No, I am the
    fastest," said {f}. [{K} grew tired of it|At last {k.def}, who was very wise, had heard
    enough]. "[Run a race, then|Let us have a race]," {saidk}, "from {q.the} to {p.the}."
    {Nextday} [all the animals came to watch|a big crowd came]. "One, two, three, go!" {H} ran
    like the wind. {F} [fell behind|came more slowly]. Halfway there {h} [stopped to eat some
    {foods}|lay down for a little sleep|stopped to look at {h.r} in the water|told everyone how
    fast {h.s} was]. {F} did not stop. {F.s} [ran on and on|put one foot before the other|looked
    neither left nor right]. When {h} [woke up|looked up|started again], {f} was almost there.
    {H} [ran|raced] as fast as {h.s} could, but it was too late. {F} had won! "[Well done|You
    were better today]," said {h}, and {h.s} [meant it|gave {f.o} a {w}|shook hands]. "[Slow and
    steady|One step after the other]," said {f} with a smile."""),
    ("seed", "young", "a seed", """
    {K.a} gave {h.full} a tiny seed. "[Plant it and wait|Put it into the ground and be
    patient]," {saidk}. So {h} dug a little hole {ingarden}, put the seed in, and watered it.
    The next day {h} went to look. Nothing. The day after that, nothing. {H} waited a whole
    week. Nothing! "[Is it asleep|Is it a bad seed|Should I dig it up]?" asked {h}.
    "[Wait|Patience]," said {k}. [It rained for {few} days|The sun shone|A warm wind blew].
    Then, on {day}, there was a green spot on the brown earth, no bigger than [an ant|a pin|a
    crumb]. {H} {washappy}. Every day the plant grew [a little taller|taller and taller]. In
    [June|July] it was as high as {h.own} [knee|nose]; in August it was higher than the
    [door|fence]. And on the last day of summer there were {foods2} on it, [dozens of them|more
    than {h} could carry|ripe and sweet]. "[That came out of one small seed|It was only waiting
    too]!" said {h}. {H.s} kept one seed for the next year, and {h.s} gave the first
    {firstfruit} to {k}."""),
    ("magic_pot", "any", "a magic pot", """
    {Once} {h.full} helped {k.a} [across the river|to carry wood|to find the road]. "You have
    been kind," {saidk}. "Take this pot. When you say ‹Cook, little pot,› it will make {dish}.
    When you say ‹Thank you, little pot,› it will stop." {H} went home and tried it. "Cook,
    little pot," said {h}, and at once the pot was full of {dish}. {H} ate and was happy. [But
    {h.s} forgot the other words.|But what were the other words?] "Stop! Enough! [Halt|Please]!"
    cried {h}. The {dish} ran over the table, over the floor, and out of the door. It ran down
    the [hill|street|stairs] and {q.to}. [The {t1} climbed on a chair. The {t2} climbed up a
    tree.|The neighbours came with spoons and buckets.|The ducks had to swim in it.] [At last
    {k} heard the noise and came running|Luckily, {k} came along the road]. "What do you say
    when somebody gives you something?" asked {k}. {H} [turned red|thought hard|opened {h.p}
    mouth] and said, "Thank you, little pot." And the pot stopped. [The whole town ate {dish}
    for a week.|It took {few} days to eat everything.] {m_thank}"""),
    ("sick_friend", "young", "a sick friend", """
    {F} was ill and had to stay in bed. {Sky}, and all the others were playing outside. {H.full}
    did not want to play without {f.o}. "[What can I bring|How can I cheer {f.o} up]?" thought
    {h}. First {h.s} picked some {flowers}. On the way {h.s} met {k.a}, who [sneezed so hard
    that all the flowers flew away|looked so sad that {h} gave {k.o} the flowers]. [So the
    flowers were gone.|Now {h} had no flowers.] Then {h.s} bought {few} {foods2}, but [a hungry
    {farm} ate them|the bag had a hole, and the birds got them all]. {H} came to {f.own} house
    with empty hands. "[I wanted to bring you something|I had flowers, and I had {foods2}],"
    said {h}, "but now I have only a story." And {h.s} told {f} everything that had happened.
    {F} laughed [so much that the bed shook|until {f.s} was quite warm|and laughed]. "[That is
    the best present|A story is better than flowers]," said {f}. {Nextday} {f} was [well
    again|much better|up and about], and they [played {game}|went {p.to}] together."""),
    ("moon_lake", "animal", "the moon in the water", """
    One clear night {h.full} went down to the [lake|pond|river] to drink. There, in the water,
    [lay the moon|shone the moon], round and white. "The moon has fallen in!" cried {h}. "[I
    must save it|It will get cold]!" {H.s} ran to fetch {f}. {F} brought a [net|bucket|long
    stick], and together they tried to pull the moon out. [They pulled out an old boot.|They
    pulled out weeds, a stone and a very angry {seaone}.] Each time the water moved, the moon
    broke into a hundred pieces. "[Now we have broken it|Oh no]!" {h.s} [cried|wailed]. An old
    owl, who was sitting in a tree, laughed softly. "Look up," said the owl. They looked up.
    There was the moon, [high above the trees|safe in the sky], as round as before. "[It must
    have jumped back|We saved it after all]!" said {f}. The owl [did not say a word|only
    smiled|thought it best to agree]. And {h} and {f} went home {good} and wet, [for they had
    saved the moon|and slept until noon]."""),
    ("new_neighbour", "any", "a new neighbour", """
    For many years the house next to {h.full} had been empty. {Oneday} [smoke rose from the
    chimney|there was a light in the window|a cart full of chairs and boxes stood in front of
    it]. "[Somebody has moved in|I have a neighbour]!" said {h}. [{H} was too shy to knock.|"But
    what if the neighbour does not like me?"] So {h.s} put a [basket of {foods}|warm loaf of
    bread|jar of honey] in front of the door, rang the bell, and [ran away|hid behind the
    {tree}]. {Nextday} there was a [pot of jam|bunch of {flowers}|jar of pickles] in front of
    {h.own} door. {H} put down a {food}; the next day {h.s} found {few} eggs. It went on like
    that [for a week|for a month|until {day}]. Then both of them opened their doors at the same
    moment. There stood {k.a} with a [cake|pie|bowl] in {k.p} hands. They looked at each other
    and laughed. "[Let us eat it together|I was too shy to knock]," said {k}. "[So was I|Come
    in]," said {h}. {End}"""),
    ("rain_stop", "young", "a rainy day", """
    It rained on Monday. It rained on Tuesday. On Wednesday it [was still raining|rained even
    harder]. {H.full} sat at the window and watched the drops run down the glass. "[There is
    nothing to do,|When will it stop?|I want to go out,]" said {h} to {f}. "[Let us pretend|I know
    a game|We can make our own sun]," said {f}. They [turned the table upside down and made a
    ship|built a castle out of chairs and blankets|made a tent out of the tablecloth]. {H} was
    the captain, and {f} was the [cook|sailor|pirate with a kind heart]. They sailed {sealands}.
    They met a {bigone} that [could sing|was afraid of mice|wanted to play cards], and they
    found a {w} on an island of cushions. They ate {foods} and drank [water|milk] from a teapot.
    "Land!" cried {h} all at once, and pointed at the window. [The rain had stopped|The sun was
    out], and outside stood a rainbow. "[Let us go out|We can go out now]," said {f}. {H}
    thought for a moment. "[In a minute. First we must bring the ship home|Soon. We have not
    found the treasure yet]," {h.s} said."""),
    ("loud_bird", "animal", "a song", """
    {begin}{H} liked to sing, but {h.p} voice was [loud and rough|like a rusty door|higher than
    a whistle]. "[Please stop|Not so loud]!" said {f.a}. "[You frighten the fish|I cannot
    sleep]," said {k.a}. So {h} stopped singing. The days were quiet, and {h} was {bad}. Then,
    {oneday_low}, a thick fog came down over {p.the}. [Nobody could see the path|Nobody could
    find the way home]. {F} was somewhere out in the white fog, and so was {k}. "Help!" they
    called. "Where are we?" {H} [took a deep breath|climbed onto a rock|ran to the top of the
    hill] and sang as loudly as {h.s} could. {H.s} sang for an hour, and then for another. One
    after the other, the lost ones [followed the song|heard the song] and came home. "[What a
    beautiful voice you have|I shall never say ‹too loud› again|Please sing for us every day],"
    said {k}. {H} {washappy}. {m_each}"""),
]
