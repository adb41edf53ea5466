"""Tales of looking, losing and finding. Each: (name, cast, topic, template)."""

TALES = [
    ("lost_thing", "any", "lost and found", """
    {begin}{H} had a {w} and took it everywhere. [{Oneday},|Then one day] {w.the} was gone! {H}
    {searched} {under}, {under} and {under}, but it was not there. {H}[ {wassad}| {wassad}|
    {wassad} and went out to look for it]. [Then {k.a}|Just then {k.a}] came along[ the road||
    the path]. "{asksad}?" [asked {k}|{k} asked]. "I have lost my {w}," said {h}. "{comfort},"
    {saidk}. "[Let us look together|I will help you|Four eyes see more than two|Think. Where did
    you go yesterday]." [They went back {p.to} and looked {spot}.|Together they {went} {p.to}.]
    [There, {spot}, lay {w.the}.|And there it was, {spot}!|At last {k} pulled {w.the} out from
    {spot2}.] "{Thankyou}" [cried|said|shouted] {h}, and {h.s} {washappy}. {End}{moral}"""),
    ("golden_find", "any", "an honest finder", """
    {Oneday} {h.full} went {x.to} and found a {w}. [{H} had never seen such a lovely thing.|It
    lay {spot} and shone in the light.|"How beautiful!" said {h}. "Whose can it be?"] [{H}
    wanted to keep it, but {h.s} knew that was wrong.|"I would like to keep it," thought {h},
    "but somebody must be looking for it."] Then {h} {went} {q.to} and asked everyone[ {h.s}
    met|]: "Have you lost a {w.head}?" [The {t1} said no. The {t2} said no.|"Not I," said the
    {t1}. "Not I," said the {t2}.|Nobody had.] At last {h} met {k.a}. {K} was looking {nearby}[
    and crying|]. "[I have lost my {w}|My {w} is gone]," said {k}. "[Is it this one|Is this
    it]?" asked {h}. {K} {kwashappy}. "[You are honest|What an honest {h.noun} you are],"
    {saidk}, "[and you shall have a reward|and I will never forget it|come and eat with me]."
    [So {h} got {few} [ripe |sweet |]{foods} and a warm {mealbread}.|So they {shared}.] {End}"""),
    ("quest", "any", "a journey", """
    {begin}More than anything, {h} wanted [to find|to have|to see] a {w}. "There is one {p.at},"
    people said, "but the way is long." [So {oneday_low} {h} packed some {pack} and some {foods}
    and set off.|{Oneday} {h} put on {h.p} hat, took some {pack}, and set off.] {hardway} {H}
    [wanted to go home|was ready to turn back|nearly gave up|sat down on a stone]. Then {h}
    heard a voice. "{Greet}!" said {k.a}. "Where are you going?" "{Q_to_say}," said {h}. "[I am
    looking for a {w}|They say there is a {w} there]." "[Follow me|Come with me|I know a short
    way|Hold my hand and do not look down]," {saidk}. So they went on together, {through}, until
    they came {p.to}. There, {spot}, was the {w}! {H} {washappy}. "[I could not have done it
    alone|Half of it is yours|You are a true friend]," {h} told {k}. {End}{moral}"""),
    ("stuck_gate", "child", "a locked gate", """
    {begin}{Oneday} {h} came to a [high|old|rusty|green] gate. [Behind it was a garden full of
    {flowers} and {foods2}.|Behind it {h} could hear [music|the sound of water|someone
    singing].] But the gate was locked, and there was no key. {H} pushed and pulled. {H} climbed
    on a [stone|box|barrel], but the wall was too high. "[Use your head, not your hands|Try
    looking before you push|Patience, {h}]," said a small voice. It was {k.a}, sitting {spot}.
    "[Look under the flat stone|Look behind the {tree}|Feel along the top of the wall]," said
    {k}. {H} did so, and there was a {w}! But what has a {w.head} to do with a gate? {H}
    [touched the lock with it|held it up to the light|knocked on the gate with it three times],
    and the gate opened. [Inside, {h} and {k} ate {foods2} until the sun went down.|Inside it
    was always {season}, and the {flowers} never faded.] {End}"""),
    ("snow_tracks", "any", "footprints in the snow", """
    It had snowed all night, and in the morning the whole [village|valley|town|farm] was white.
    {H.full} looked out of the window and saw footprints in the snow. "[Who walked past my
    house|Who has been here|Whose feet are these]?" said {h}. {H} put on {h.p} [warm
    coat|boots|thick scarf|woollen hat] and followed them. They went {p.to}, then {q.to}, and
    round and round [an old oak|a big rock|the frozen pond]. {H} grew
    [cold|tired|curious|hungry]. [At last the footprints stopped|Suddenly there were no more
    footprints], and there stood {k.a} [with a basket of {foods}|holding a {w}|with snow on
    {k.p} nose]. "[I was looking for your house|I have walked all night to find you|I lost my
    way in the dark]," said {k}. "[It is your birthday|I wanted to bring you this {w}|I did not
    want you to be alone today]!" {H} laughed. "[You walked past my door two times|Come in and
    get warm|My house is back there]!" {saidh2}. Soon they {shared}. {End}"""),
    ("map_treasure", "child", "a treasure map", """
    {Oneday} {h} found an old map {hidden}. There was a red cross on it, and beside the cross
    stood these words: ‹[Ten|Twelve|Twenty|Seven] steps from the {tree}.› {H} showed it to {h.p}
    [{f.kin}|cousin|friend] {f}. "[It is a treasure map|Let us dig|We must go there at
    once]!" said {f}. They took [a spade and a lamp|two spades|some {pack} and a rope] and
    {went} {p.to}. They counted the steps and began to dig. They dug and dug, but found only
    [stones|roots|a worm|an old shoe]. "[Perhaps we counted wrong|Your legs are longer than
    mine|Perhaps the map is upside down]," said {h}. They tried again, and this time the spade
    hit something hard. It was a box! Inside lay a {w} and a letter. The letter said: ‹[Well
    done! Now hide it again for the next child|Whoever finds this was patient|The best treasure
    is a friend who digs with you].› {H} and {f} [laughed|looked at each other and smiled|sat
    down on the grass and read it again]. [They hid the box in a new place|They took {w.the}
    home and put it on the shelf|They drew a new map that evening]. {Fend}"""),
    ("echo", "animal", "an echo", """
    {begin}{H} had no one to play with. {Oneday} {h} {went} {mt.to} and shouted, "Hello!"
    "Hello!" came a voice from far away. {H} was [surprised|excited|astonished]. "Who are you?"
    called {h}. "Who are you?" called the voice. "[Come and play|Be my friend]!" "[Come and
    play|Be my friend]!" [{H} looked behind every rock|{H} waited until it was dark], but nobody
    came. [Slowly and sadly {h.s} went down again|Tired and hungry, {h} started home]. On the
    way {h} met {k.a}. "That was only an echo," {saidk}. "[But I heard you calling, and so I
    came|But your voice was real, and I heard it|I can answer better than an echo can]." From
    then on there were two voices on the {mt}, and both of them were laughing. [{End}|]"""),
    ("lost_child", "young", "finding the way home", """
    {Oneday} {h.full} {went} too far [into the forest|into the wood|up the mountain]. [{H} had
    followed a [yellow|blue|white] butterfly and had not watched the path.|{H} had been picking
    {foods2} and had not looked up.|The path had simply come to an end.] "[I am lost|I do not
    know this place|I cannot see the way home]," {h.s} whispered. The trees were tall, and it
    was growing dark. Then {h} saw a small light between the trees. It came from the lantern of
    {k.a}. "{asksad}?" asked {k}. {H} told {k.o} everything. "{Comfort}," {saidk}. "[I know
    every path here as well as my own kitchen|The stars will show us the way|Your mother is
    looking for you too]." {K} gave {h} some warm {mass}, and together they followed the
    [stream|stars|narrow path|sound of the bells]. [Before long|After an hour|At last] they saw
    the windows of home. [Everybody came running out|Mother opened the door and cried with
    joy|The whole family had been searching]. "{Thankyou}" {h.s} said to {k}. {End}"""),
]
