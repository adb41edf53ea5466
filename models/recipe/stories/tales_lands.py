"""Tales of the forest, the sea, the school, the court and the turning year."""

TALES = [
    ("mushrooms", "child", "the forest", """
    {Oneday} {h.full} and {h.p} [grandmother|uncle|aunt|grandfather] went into the forest to
    look for mushrooms. [The moss was soft and wet.|Light fell through the branches.|It smelled
    of leaves and rain.] "[Take only the ones you know|Cut them, do not pull them|Look under the
    {tree}]," the {t1} had told them. {H} found {few} brown mushrooms {spot}, and {few} yellow
    ones {spot2}. [Then there was a noise in the bushes.|Suddenly a branch cracked.] "[Is it a
    wolf|Who is there]?" whispered {h}. It was only {k.a}, who was looking for
    [acorns|blackberries|a lost hat]. "{Greet}," {saidk}. "[The best ones grow {p.near}|Follow
    the stream, and you will find more|Leave a few for the snails]." By noon the basket was
    full. At home the mushrooms [went into the soup|were cooked with butter], and the whole
    house smelled of [the forest|autumn and butter]. "[The forest feeds everyone who
    looks|Tomorrow I want to go again]," said {h}."""),
    ("hollow_oak", "animal", "the forest", """
    Deep in the forest stood an old oak, and in the oak lived {h.a}. [Every autumn|Each year]
    {h.s} filled the hollow tree with {foods2}, and every winter {h.s} [slept|ate and slept]
    until the snow was gone. But this year the storm came. It [shook the branches|tore at the
    roots|blew all night], and in the morning the oak lay on the ground. "[Where shall I live
    now?|My house is gone!]" cried {h}. The animals of the forest came, one after another. {F.a}
    brought [moss|dry leaves|straw]. {K.a} brought [a door made of bark|a warm blanket|{few}
    {foods}]. "[There is room under my roof|We know another tree]," {saidk}. So they all went to
    a [beech|pine|willow] by the stream and made a new home there. [The birds sang above it.|The
    door was small and round.|It was even warmer than the old one.] And from the old oak, in
    spring, there grew [a little green tree|{few} small oaks]. {End}"""),
    ("tide_pool", "child", "the sea", """
    In the holidays {h.full} stayed in a house by the sea. Every {tm}, when the tide was out,
    {h.s} ran down to the beach. [The sand was cold and wet.|The gulls cried over the water.|The
    air tasted of salt.] Between the rocks there were pools, and in the pools lived [crabs and
    little fish|snails and red weeds]. {Oneday} {h} found a [crab|fish|starfish] that could not
    get back to the sea. "[Please help me|The water is getting low|I cannot walk that far]," it
    said. {H} filled {h.p} [hat|bucket|boots] with water and carried it over the stones. The
    waves came and went, came and went. "[One good turn deserves another|I shall not forget
    this]," it said, and then it was gone. The next day there lay a {w} on the flat rock. {H}
    [laughed out loud|put it in {h.p} pocket] and showed it to {f.a}. "[Who gave you that?"
    asked {f}. "The sea did|Where did you find it?" asked {f}. "In the sea]," said {h}."""),
    ("far_island", "adult", "the sea", """
    {Once} {h.a} sailed across the sea with a crew of {few}. [For ten days|For three weeks] they
    saw nothing but water. The sailors were [tired|hungry|thirsty], and the cook had only {mass}
    left. "[Turn round|Let us go home]," said the sailors. "[One more day|The birds are flying
    west|Where there are birds, there is land]," said {h}. On the next morning a boy in the mast
    cried, "Land! Land!" It was an island with a white beach and a green {mt}. There were trees
    full of {foods2}, and a {nature} {animal} sat on a stone and was not afraid of them. {K.a}
    came out of a hut. "[Is that a ship|Have you brought any {mass}|What is the news of the
    world]?" asked {k}. They [sat by the fire until the stars came out|ate and sang all
    night|mended the sails and filled the barrels]. When they sailed away, {k} [stood on the
    beach and waved|came with them|gave them a {w}]. And {h} wrote in the ship's book: ‹[{Day}.
    Found an island. Found a friend|The sea is wide, but not empty|Wind from the south. All is
    well].›"""),
    ("spelling", "child", "school", """
    On {day} there was a spelling contest at school. The pupils stood in a row, and the teacher
    read the words from a list. "[{Colour}|{Animal}|{Season}|{month}]," said the teacher, and
    {f} spelled it without a mistake. [Those who made a mistake had to sit down.|One after
    another they sat down.] At last only {h} and {f} were left. {H.p} hands were
    [cold|wet|shaking]. "[Lighthouse|Scissors|Neighbour|Necklace]," said the teacher. {F} forgot
    one letter. Now it was the turn of {h}. "[I can do it|One letter at a time]," thought {h},
    and {h.s} said the letters slowly, one after the other. "[Right|Correct|Well done]!" said
    the teacher. The children clapped. The prize was a {colour} {desk}. {H} looked at {f}, who
    [was trying to smile|looked at the floor]. "[Let us share it|You can have it on {day}s|Next
    year you will win]," {h.s} said. [After school they walked home together.|Then the bell
    rang, and everyone ran out.|The other pupils are still talking about it.]"""),
    ("school_play", "child", "school", """
    The pupils of the school wanted to put on a play about a {big=bigone}. "[Who wants to be the
    king|Who will be the queen]?" asked the teacher. All the hands went up. {H} [did not put up
    {h.p} hand|was too shy to speak], and so {h.s} was given the part of a tree. "[A tree has
    nothing to say|I only have to stand there]," {h.s} told {f}. {F} was the {big} and had to
    [roar|dance|sing]. The [parents|mothers and fathers] came on {day} and sat on small chairs.
    In the middle of the play {f} forgot the words. It was very quiet. Then the tree began to
    whisper: "[I was only looking for a friend|Open the gate, for I am hungry|Do not be afraid
    of me]." {F} heard it and said it aloud, and the play went on. At the end [the parents
    clapped|everybody cheered]. "[The best tree I have ever seen|Without the tree there would be
    no play]," said the teacher. {H} [turned red|bowed low|smiled], and {h.p} paper leaves
    shook."""),
    ("heavy_crown", "royal", "kings", """
    {Once} there was {h.a} whose crown was so heavy that {h.s} could not [look up|dance|run].
    The crown had belonged to {few} kings and {few} queens, and all of them had [looked at the
    floor|suffered from a sore neck]. "[A crown must be heavy|It has always been so]," said the
    old men of the court. {Oneday} a {child} came to the throne with a [letter|basket of
    {foods}|question]. "[Why do you never look at the sky|Why do you look so {bad}]?" asked the
    {child}. {H} took off the crown to see better. [A bird flew past the window.|Outside the
    {tree} was full of birds.] "I had forgotten [how blue it is|what clouds look like]," said
    {h}. Then {h.s} called the {t1} and said, "Make me a crown of [paper|leaves|flowers]." The
    old men [shook their heads|fainted], but the people of the kingdom laughed and cheered. The
    golden crown [lies in the museum now|holds the door open|is a nest for {few} doves]. And {h}
    walks {p.to} every {tm} and looks up."""),
    ("week", "any", "the week", """
    {Once} {h.a} wanted to learn something new every day. On Monday {h.s} learned to
    [bake|whistle|swim]. On Tuesday {h.s} learned a [song|poem|game]. On Wednesday {h.s} [read a
    book about the stars|drew a {colour} {animal}], and on Thursday {h.s} [counted to a
    thousand|mended a {vehicle}]. On Friday it was {wadj}, and {h} [wrote a letter|planted a
    {tree}]. On Saturday {f.a} came to visit. "[Tell me what you have learned|Show me what you
    can do]," said {f}. {H} showed {f.o} everything. "[And what will you learn tomorrow|Is there
    anything left]?" asked {f}. "[Tomorrow is Sunday|After Saturday comes Sunday]," said {h}.
    "[On Sunday I shall learn to rest|On Sundays I do nothing at all]." So on Sunday they [slept
    until noon|lay in the grass|ate {mass} and {foods}], and that was the hardest lesson of all.
    On Monday they began again."""),
    ("year", "adult", "the year", """
    {H.def} had a little garden, and every month had its work. In January {h.s} [looked at the
    snow|sharpened the spade]. In February {h.s} [bought the seeds|fed the birds]. In March the
    ground was soft, and {h.s} [dug the beds|planted beans]. In April it rained, and in May [the
    {tree} was in flower|the bees came back]. In June there were [strawberries|peas and roses],
    in July [cherries|raspberries], and in August [plums|beans and onions]. In September {h.s}
    [picked the apples|gathered the corn], and {k.a} came to help. "[What a year|How everything
    has grown]!" {saidk}. In October the leaves fell. In November the fog came, and {h} [made a
    fire|closed the gate]. And in December, when the [nights were long|garden was white], {h}
    and {k} sat by the stove, ate {mass}, and [talked about spring|waited for January]. [So the
    year was over, and a new one began.|Twelve months, and not one of them was too long.]"""),
    ("flock", "adult", "numbers", """
    {H.a} had [eight|nine|ten|twelve|twenty] sheep. Every evening {h.s} counted them: "One, two,
    three, four, five …" {Oneday} one sheep was missing. {H} counted again, and again there was
    one too few. "[One of my sheep is lost|I cannot find my smallest sheep]," {h.s} said to
    {k.a}. "[Let me count|We shall find it]," {saidk}. "How many should there be?" They looked
    {p.at} and they looked {spot}. There lay the lost sheep, and beside it a [white|black|tiny]
    lamb, only one hour old. "[One was missing, and now there is one more|Now I must learn to
    count further]!" said {h}. {H} carried the lamb home. The other sheep [bleated|stood at the
    gate and looked]. That night {h} began to count again: "One, two, three, four, five, six …"
    But before {h.s} came to {hour}, {h.s} was asleep. {End}"""),
]
