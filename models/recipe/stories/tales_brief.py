"""Short scenes in other voices: the first person, the present tense, fables in a few lines."""

TALES = [
    ("present_morning", "young", "a morning", """
    It is [early|seven o'clock|a {wadj} {day}]. {H.full} [is still in bed|opens one eye|wakes
    up]. The {farm} [is already awake|is calling]. {H} [gets up|jumps out of bed], washes {h.p}
    face, and puts on a {colour} [shirt|scarf|hat]. There is {mass} for breakfast, and a {food}.
    "[Breakfast is ready|Hurry up|Don't forget your {desk}]," says {h.p}
    [mother|father|brother]. "I am coming," says {h}. Outside, [the sun shines|it rains|the wind
    blows]. {F} [is waiting at the gate|comes running]. "[Shall we go {p.to}|Do you want to play
    {game}]?" asks {f}. {H} [nods|smiles]. They [run|walk|skip] down the road. They see {few}
    [ducks|cows|horses], a {vehicle}, and a {t1} with a big [bag|basket]. {F}
    [laughs|sings|whistles], and {h} [laughs|sings] too. [It is going to be a good day.|What a
    lovely day it is!|The whole day lies before them.]"""),
    ("i_story", "young", "a memory", """
    When I was {ages} years old, I lived with my [grandmother|uncle|aunt] in a small house near
    the {home}. [Every year|In the holidays] we [picked {foods2}|went {p.to}|sat under the
    {tree} and told stories]. {Oneday} I found a {w} {spot}. I [ran home|put it in my
    pocket|could not believe my eyes]. "[Whose is it?|Look what I have found!]" I [said|cried].
    My [old dog|little cat] looked at it and [yawned|sneezed|wagged its tail]. We asked the
    {t1}, and we asked the {t2}, but nobody had lost a {w.head}. "[Then you may keep it|Then it
    was waiting for you]," they told me. I have kept it to this day. It [lies on my desk|hangs
    above my bed|stands on my shelf], and when I am {bad}, I [take it in my hand|look at it] and
    think of {p.the}, the smell of warm {mass}, and [that long {season}|the voices in the
    kitchen|the days when I was small]."""),
    ("i_dog", "child", "a pet", """
    My [dog|cat|rabbit|pony|parrot] is called {pet}. [We got him|He came to us] on a {wadj}
    {day} in {month}. He likes {foods}, [warm sleeves|old shoes|long naps] and the sound of the
    rain. He does not like [baths|the {vehicle}|loud bells|{colour} hats]. Every {tm} I [feed
    him|call him|talk to him], and then we go {p.to} together. Once he [ran away|hid] and we
    looked for him {under}, {under} and {under}. I was very {bad}. My friend {f} [helped me|came
    to help]. "[He will come back|Think like {pet}]," {f.s} said. [In the end|At supper time] we
    found him in [my own bed|the washing basket|the baker's shop], fast asleep. "[There you
    are|You silly thing]!" I [said|cried], and {f} laughed. Now {pet} is {ages} years old, and
    he is still my best friend."""),
    ("fable_two", "animal", "a fable", """
    {H.a} and {f.a} found a {food2} {spot}. "[I saw it first|It is mine]," said {h}. "[I touched
    it first|No, it is mine]," said {f}. They [pulled|argued] and [pulled|shouted] until {k.a}
    came along. "[Let me divide it|I will help you]," {saidk}. {K} cut the {food2} in two. "But
    this half is bigger," {k.s} said, and {k.s} took a bite. "Now the other half is bigger." {K}
    took another bite. Bite by bite, the {food2} grew smaller, until [nothing was left|only a
    crumb was left]. "[Now you have nothing to argue about|The rest is for you]," said {k}, and
    {k.s} went away with a full stomach. {H} and {f} looked at each other. "[Next time let us
    share|We should have shared]," they said. Those who [quarrel|fight] over a thing [often lose
    it|may both lose it]."""),
    ("fable_proud", "animal", "a fable", """
    {H.a} was very proud of {h.p} [tail|voice|ears|warm coat|long legs]. "[Nobody is as
    beautiful as I am|Look at me]," {h.s} said every {tm}. {F.a} [listened and said nothing|only
    smiled]. {Oneday} a strong wind came, and [a branch fell across the path|the river rose over
    its banks]. The proud {h.noun} could not get home. "[What good is beauty now|Who will help
    me]?" cried {h}. {F}, who was [small|plain|quiet] but clever, [dug a way under the
    branch|knew a dry path|called the others to help]. "{Thankyou}" said {h}. "[I talked too
    much and looked too little|You never said that you were so clever]." "[You never asked|It is
    not worth talking about]," said {f}. {m_kind}"""),
    ("bedtime", "child", "bedtime", """
    "[Go to sleep|It is time for bed|Good night], {h}," said {h.p} father. "I am not tired,"
    said {h}. "[Tell me a story|One more story, please]." "What kind of story?" "[One with a
    {animal} in it|One about the sea|A story with a king and a {bigone}]." So {h.p} father sat
    down on the bed and began: "{Once} there was a {animal2} who could not sleep. It counted
    [stars|sheep|clouds]. It drank a cup of milk. It [turned left and right|sang a song].
    Nothing helped. Then it asked the moon, and the moon said, ‹[Close your eyes and I will
    close mine|Think of the best thing that happened today|Sleep comes when you stop looking for
    it].›" "And then?" asked {h} [softly|with a yawn]. "Then the {animal2} thought of [warm
    {mass}|the garden|its friend], and [smiled|closed its eyes]." Father looked at the bed. {H}
    was [already asleep|fast asleep]. He [put out the lamp|closed the door softly] and [went out
    on tiptoe|smiled]."""),
    ("lost_tooth", "child", "a lost tooth", """
    {H} had a loose tooth. It [moved when {h.s} talked|moved this way and that]. "[Leave it
    alone|Do not touch it]," said {h.p} [mother|father]. "[Pull it|Tie a string to it]," said
    {h.p} [{f.kin}|cousin] {f}. At lunch there was a {food2} for everyone. {H} took a big bite.
    "Oh!" said {h}. The tooth was gone! "[Where is it|Did I eat it]?" They looked on the floor
    and under the plate. Then {f} [began to laugh|pointed]. The tooth was sticking in the
    {food2}, [white and small|like a little flag]. {H} laughed too, with a [gap|hole] in {h.p}
    smile. That night {h.s} put the tooth under {h.p} pillow. In the morning there was a [shiny
    coin|little letter|small silver coin] in its place. "[I have {few} more loose ones|I hope
    the next one comes out soon]," said {h}."""),
    ("ferry", "any", "crossing a river", """
    {Oneday} {h.full} came to a wide river. There was no bridge, only a [small ferry|flat boat],
    and in the boat sat {k.a}. "[Will you take me across?|I have to get to the other side,]"
    said {h}. "[Gladly|Of course]," {saidk}, "but you must pay with [a song|a story|a good
    question]." {H} [thought for a while|scratched {h.p} head]. [{H} had never done that
    before.|That was harder than paying with a coin.] In the middle of the river {h.s} began,
    very softly: "{Once} there was {h.a0} who came to a river." It was {h.p} own story. {H.s}
    told of {p.the} and of {q.the}, of good days and bad ones. {K} [forgot to row|listened with
    {k.p} mouth open], and the boat [drifted down the stream|turned in a circle]. "And how does
    it end?" asked {k}. "[I do not know yet|That depends on you]," said {h}. "[You have to row
    first|We are still in the middle of it]." {K} laughed, took the oars, and rowed {h.o}
    across. {End}"""),
    ("tidy", "young", "tidying up", """
    {H.own} room was a mess. There were [socks|books|stones|shells] on the bed, a {toy} on the
    chair, and half a {food} {hidden}. "[I cannot find anything!|Where is my {w.head}?]"
    [sighed|cried] {h}. "[Tidy up and you will find it|Begin in one corner]," said {f}. "I will
    help you." They [put the books on the shelf|folded the clothes]. They [hung up the
    coats|carried out the plates]. {H} found a {desk} [that {h.s} had lost in {month}|from last
    year]. {F} found [two letters|a dry sandwich|{few} buttons]. Under it all lay {w.the}!
    "[Here it is|I knew it was here]!" {saidh2}. [Now the floor was clean|The room looked twice
    as big], and they [danced from wall to wall|had room to play {game}]. "[We should do this
    every {day}|It will be a mess again by {day}]," said {f}, and {h} laughed."""),
]
