"""Tales of kings, trades, the sea and the school. Each: (name, cast, topic, template)."""

TALES = [
    ("bored_king", "royal", "a palace", """
    [{Once} there was {h.a} who had everything and was never happy.|In a palace on a hill lived
    {h.a} who never laughed.] {H} had {few} [golden crowns|white horses|hundred rooms] and {few}
    cooks, but every day {h.s} said, "I am [bored|tired of everything|not happy]." [The {t1}
    brought a {w}. The {t2} brought a singing bird.|The {t1} danced. The {t2} told funny
    stories.|The {t1} baked a cake as tall as a door. The {t2} built a little theatre.] {H} only
    [yawned|shook {h.p} head|looked out of the window|sighed]. [Then|At last|One {wadj} {tm}]
    {k.a} came to the palace gate and said, "[I have a garden full of weeds and only two
    hands|My boat needs paint|There are {foods2} to pick, and nobody helps me|My roof has a
    hole, and I am too old to climb]. Who will help me?" The people laughed, but {h} [stood
    up|took off {h.p} crown|put down the {w}] and went along. All day {h} worked. {H.s} got
    [dirty hands|wet feet|paint on {h.p} nose|leaves in {h.p} hair] and [sang|whistled|smiled]
    the whole time. "[I have not been bored once|Nobody told me that work is fun|I should like
    to come again tomorrow]," said {h} in the evening. {K} [smiled|laughed|nodded] and gave
    {h.o} a bowl of {dish}. It was the best {meal} {h.s} had ever eaten. {m_work}"""),
    ("market_day", "adult", "the market", """
    {Oneday} {h.a} went to the market with a basket of {foods2} {orsell}. {Sky}. {H} called,
    "[Fresh {foods2}!|Who wants to buy?|Sweet and ripe!|Come and taste!]" but [nobody
    stopped|the people hurried past|everyone went to the big stall across the square]. [Then a
    {child} came and looked at the basket for a long time.|Late in the day a hungry {child} came
    by.] "I have no money," said the {child}, "only this {w}." "[Keep your {w.head}|I do not
    want your {w.head}]," said {h}. "[Take {few} and eat|They taste best when they are shared|A
    hungry child does not have to pay]." The {child} ate and smiled and ran away. [Soon
    afterwards|An hour later|Before the clock struck {hour}] the {child} came back with
    {child_p} [whole school|mother, two aunts and {few} cousins|teacher and the whole class].
    "[These are the best {foods2} in the town|This is the kind {h.noun}]!" cried the {child}. By
    the evening the basket was empty, and {h.own} pocket was full. {H} {washappy}. {m_share}"""),
    ("storm_boat", "adult", "a storm at sea", """
    {Once} {h.a} had a small [blue|white|red|green] boat called the [Swallow|Star|Sea Rose|Good
    Hope]. Every [morning|{day}] {h} sailed out to [catch fish|bring letters to the island|visit
    the lighthouse]. {Oneday} the sky turned dark, and a storm came up. The wind tore the sail,
    and the waves were as high as [houses|trees|hills]. "[Where is the land?|I cannot see the
    shore!|Hold on, little boat!]" cried {h}. [Suddenly|Just then|Through the rain] {h.s} saw [a
    light|a small yellow light]. It went on and off, on and off. {H} [rowed|steered] towards it
    [with all {h.p} strength|until {h.p} arms hurt]. [At last|After a long hour] the boat slid
    onto the sand. On the beach stood {k.a}, holding a lantern. "I saw your sail from my
    window," said {k}. "[I thought you might need a light|So I lit every lamp I had|Come in and
    get dry]." {H} {shared_sea}. [In the morning the sea was as flat as a mirror.|The next day
    they mended the sail together.|When the storm was over, the stars came out.] Since then {h}
    has always [waved to|brought fish to|sailed past the house of] {k}[ on {day}s|]."""),
    ("school_first", "child", "the first day at school", """
    It was {h.own} first day at school. {Sky}. {H} [held {h.p} mother's hand|walked very
    slowly|had a new {desk} in {h.p} bag|could not eat {h.p} breakfast]. "[What if nobody talks
    to me|What if I cannot do it|What if I get lost]?" [asked {h}|{h.s} asked]. "[Then you will
    talk to somebody|You will learn it step by step|Ask, and people will help you]," said {h.p}
    [mother|father|grandmother]. In the classroom there were [twenty|fifteen|eighteen|twelve]
    children. The teacher wrote a long word on the board. {H} could not read it, and {h.p} face
    [turned red|grew hot]. [Then the {child} in the next chair|Then {f}, who sat beside {h.o},]
    whispered, "I cannot read it either." They looked at each other and
    [laughed|smiled|giggled]. {At_break} they [shared a {food}|played {game}|ate {foods} under
    the {tree}]. After lunch there was {subject}, and {h} [drew a {animal} with a hat|answered a
    question|sang louder than anyone]. When the bell rang, {h.p} mother asked, "How was school?"
    "[Too short|It was wonderful|I want to go again tomorrow]!" said {h}."""),
    ("wrong_shoes", "adult", "a muddle", """
    {H.def} was good at [many things|hard work|telling jokes], but {h.s} forgot everything. On
    {day} {h.s} put [salt in the tea|two left boots on|{h.p} hat in the oven|the {mass} in {h.p}
    pocket]. On {day} {h.s} [went to the wrong house|locked the door and left the key
    inside|mixed up all the letters|said good night to everyone at noon]. "[You need a
    helper|You need a notebook|Tie a string around your finger]," said the {t1}. So {h} bought a
    little notebook. [Every evening {h.s} wrote down what to do the next day.|In it {h.s} wrote:
    ‹Feed the {farm}. Lock the door. Buy {foods}.›] The notebook worked very well, until
    {oneday_low} {h} lost the notebook. {H.s} looked {under} and {under}. "[Where did I put
    it|How can I remember where it is]?" {h.s} sighed. [Then a small {child} laughed|The {t2}
    began to laugh] and pointed at {h.p} head. The notebook was under {h.p} hat! {H} laughed
    too. From that day on, {h.s} kept the notebook [on a long red string|around {h.p} neck|in
    {h.p} left boot], and everything went well, [almost|nearly|more or less]."""),
    ("two_friends", "maker", "rivals", """
    In one street there were two [shops|workshops]. In the first worked {h.a}, and in the second
    worked {k.a}. [They never spoke to each other.|Each of them wanted to be the best.] When {h}
    [painted the door red|made a new sign|put {flowers} in the window], {k} [painted the door
    blue|made a bigger sign|put two baskets of {flowers} in the window]. When {h} sang, {k} sang
    louder. {Oneday} [a pipe broke|the chimney fell down|the stove broke], and {h} could not
    work. [All the people were waiting|It was the day before the great feast|The queen herself
    was coming]. {H} sat on the step and [sighed|put {h.p} head in {h.p} hands]. Then {k} came
    across the street and said, "[I have room for two|Half my table is empty|Bring your tools
    and your stool]." They worked side by side all night. [{K} was quick and {h} was
    careful|What {h} forgot, {k} remembered], and in the morning everything was ready. "[We
    should have done this years ago|Two are better than one]," said {h}. [A week later there was
    only one shop in the street, twice as big|Now there is one long sign over both doors]. It
    says: ‹[Good Friends|The Two Friends|Together].›"""),
    ("clock", "adult", "the town clock", """
    The clock on the tower [of the church|of the castle|of the school|by the market|at the harbour|at
    the station] had stopped at [ten|half past three|noon|five minutes to
    {hour}]. [No one knew when to eat|The school began too late and the market too early|The
    {t1} slept until noon]. "[Somebody must mend it|Somebody must climb up]," the people said.
    The {t1} tried and failed. The {t2} tried and failed. Then came {h.a}, who [looked at the
    clock for a long time|said very little|listened with one ear against the wall]. "[It is not
    broken|It is only sleeping|There is something inside]," said {h}. {H.s} climbed {manysteps}
    steps with a lamp in {h.p} hand. And what did {h} find between the wheels? A [nest with
    {few} small eggs|little bird|sleeping {smallone}]! "[We must wait|Nobody may touch it],"
    said {h}. So for [three weeks|a month] the town lived without a clock. [People ate when they
    were hungry and slept when they were tired.|They asked the sun what time it was.] When the
    [nest was empty|visitor had gone], {h} turned the great wheel, and the clock rang out over
    the roofs. [Everybody cheered|The people clapped], though some were a little sad. {m_wait}"""),
    ("lighthouse", "adult", "a lighthouse", """
    [On a rock in the sea|At the end of the long beach|On a small island] stood a lighthouse,
    and in it lived {h.a}. Every evening {h.s} climbed the stairs and lit the lamp. [Ships came
    and went, but nobody ever stopped.|Only the gulls came to visit.] "[I should like to have a
    friend|It is quiet here]," said {h} to the {seaone}. {Oneday} {h} found a bottle on the
    beach. Inside was a letter: ‹[Who lives in the lighthouse? I see your light every night|Your
    light brought my ship home. Thank you|Dear keeper, are you lonely? I am too].› There was no
    name. {H} wrote an answer and threw the bottle back into the waves. [A week passed, then
    two.|Nothing happened for a long time.] Then, {oneday_low}, a small boat came to the rock.
    Out of it stepped {k.a} with [a basket of {foods}|a pot of {mass}|a {w}]. "[I got your
    letter|I found your answer in my net|You wrote that there was tea]," said {k}. {H}
    {washappy}. They sat by the window and watched the lamp turn, [round and round|until it grew
    light|and talked all night]."""),
    ("king_question", "royal", "a riddle", """
    {H.def} loved [riddles|hard questions]. {Oneday} {h.s} told the whole kingdom: "Whoever
    answers my question shall have this {w}. [What is the best thing in the world|What is worth
    more than gold|What grows when you give it away]?" [Hundreds of people came.|The palace was
    full of people.] "[Money|A strong horse|A big house]," said the {t1}. "No," said {h}. "[Warm
    {mass}|A long sleep|Good weather]," said the {t2}. "No," said {h}. [One after another|By the
    evening] they all went home. Last of all came a little {child} with [bare feet|a dog|a
    {food} in {child_p} hand]. "{Greet}," said the {child}. "I know the answer. [It is
    friendship|It is love|It is a kind word]." "[And how do you know that|Who told you]?" asked
    {h}. "Nobody. [I gave my last {food} to my friend, and now I have two friends|My grandmother
    says it, and she is never wrong|I have no gold, and I am happy]." {H} [stood up|smiled|was
    silent for a while] and put {w.the} into the child's hand. "[You are wiser than all of
    us|Come back on {day} and teach me more]," said {h}."""),
    ("letter_carrier", "post", "a letter", """
    {H.a} carried letters from house to house[ in sun and rain|, summer and winter|]. {Oneday}
    there was a letter without an address. On it stood only: ‹[To the one who likes {foods2}|For
    my best friend|To the one who sings in the {tm}].› "Who can that be?" [wondered {h}|{h}
    asked]. {H.s} went to the {t1}. "[I have no best friend|It is not for me]," said the {t1}.
    {H.s} went to the {t2}. "[Not for me|I never get letters]," said the {t2}. All day {h}
    [walked up and down the streets|rang at every door|climbed up and down the stairs]. In the
    evening {h.s} came home [tired and hungry|with sore feet], put the letter on the table, and
    saw that [one corner was open|there was writing on the back]. It said: ‹[You bring everybody
    letters, and no one ever writes to you. Thank you! Your friends|This is for you, dear
    {h.noun}. Come to the {meeting} at {hour}. There will be cake].› {H} {washappy}. {m_kind}"""),
]
