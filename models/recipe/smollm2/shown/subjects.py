"""Words that tell what a text is about, and classes of words that stories do not have; each stands as well with an s."""

import re

TOPICS = """
music: music song album band singer guitar piano orchestra concert opera jazz symphony composer musician violin melody
    lyrics chorus vocals drummer bass choir recorded soundtrack rock pop
film and television: film movie actor actress director cinema episode television series cast screenplay comedy drama
    starring scene producer premiere broadcast animated filmed sequel
sport: team season game league player match coach championship tournament football cup club scored goal score baseball
    basketball cricket tennis stadium athlete rugby hockey medal Olympic Olympics racing race defeated
politics: party election president government minister parliament senate vote candidate elected political democratic
    republican congress policy campaign governor senator coalition cabinet democracy voter
war: war army battle troops military soldier navy regiment fleet attack invasion infantry commander forces weapon gun
    squadron artillery siege enemy killed casualty battalion wounded
religion: church god bishop religious temple faith prayer Christian Islam Muslim Jewish Catholic priest saint pope holy
    Buddhist monastery worship Bible mosque Jesus Christ Hindu lord
law: court law judge legal lawyer trial crime justice prison rights constitution supreme convicted police sentence guilty
    statute lawsuit plaintiff defendant evidence appeal attorney
economy: economy market company bank trade business price industry tax investment dollar billion million export growth
    financial GDP revenue profit inflation stock budget product customer sales
medicine: disease patient medical treatment hospital drug symptom health doctor cancer infection clinical surgery vaccine
    therapy diagnosis virus medicine blood pain nurse
biology: species cell gene protein animal plant bird fish organism genus larva habitat evolution DNA bacteria insect leaf
    family mammal enzyme molecule breeding tissue
chemistry: chemical acid reaction compound carbon hydrogen oxygen metal atom ion molecule water salt temperature solution
    polymer nitrogen oxide solvent
physics and astronomy: energy quantum electron particle field star planet orbit mass wave light velocity gravity physics
    magnetic solar galaxy radiation frequency telescope moon Earth
mathematics: theorem function equation matrix number integer vector proof algebra geometry set probability polynomial
    variable linear finite infinite formula mathematics group
computing: software computer data user file program server internet network code system web version algorithm Linux
    Windows interface database hardware processor memory
geography: river mountain lake island north south east west region coast valley area km town city village district
    located border desert sea peninsula hill forest
people and population: population census inhabitants families household age median income residents density living
    married female male ethnic percent residing
transport: railway train station road line bus airport bridge car route highway passenger ship aircraft locomotive
    traffic engine flight airline vehicle port
education: school university college student education teacher degree campus academic graduate professor faculty class
    course taught studies institute
art and architecture: painting museum art artist gallery sculpture building architect built design style exhibition
    tower castle painter Gothic portrait
literature: novel book author poem poet published writer story literary character fiction poetry edition chapter reader
    literature plot
history: century empire king dynasty ancient kingdom emperor medieval reign throne queen treaty colonial ruler Roman
    Ottoman British conquest BC revolt
food and drink: food bread meat cooking wine dish cheese rice sugar fruit cook recipe restaurant vegetable soup milk beer
    tea coffee sauce oil butter
family and life: born mother father son daughter married wife husband died child brother sister family life birth death
    marriage parents
philosophy: philosophy moral ethics truth belief argument theory knowledge reason philosopher reality concept mind human
    freedom virtue
feelings: love happy sad fear angry feel felt hope tears smile cry laughed heart afraid lonely joy worried
"""
CLASSES = """
country: France Germany England Italy Spain China Japan India Russia Canada Australia Brazil Mexico Poland Egypt Greece
    Turkey Israel Ireland Scotland Wales Sweden Norway Denmark Finland Netherlands Belgium Austria Switzerland Portugal
    Hungary Iran Iraq Pakistan Korea Vietnam Thailand Indonesia Ukraine Romania Bulgaria Serbia Croatia Nigeria Kenya
    Argentina Chile Peru Cuba Philippines Malaysia Singapore Afghanistan Syria Lebanon Ethiopia Ghana America
nationality: French German English Italian Spanish Chinese Japanese Indian Russian Canadian Australian Brazilian Mexican
    Polish Egyptian Greek Turkish Israeli Irish Scottish Welsh Swedish Norwegian Danish Finnish Dutch Belgian Austrian
    Swiss Portuguese Hungarian Iranian Iraqi Korean Vietnamese Thai American British European African Asian Roman
city: London Paris Berlin Rome Madrid Tokyo Moscow Vienna Chicago Boston York Washington Philadelphia Toronto Sydney
    Melbourne Dublin Edinburgh Amsterdam Brussels Athens Istanbul Cairo Beijing Shanghai Mumbai Delhi Manchester
    Liverpool Angeles Francisco Houston Detroit Seattle Montreal Stockholm Prague Warsaw Budapest Munich Hamburg
US state: California Texas Florida Ohio Virginia Pennsylvania Illinois Michigan Georgia Carolina Massachusetts Indiana
    Wisconsin Minnesota Tennessee Missouri Maryland Colorado Arizona Oregon Kentucky Louisiana Alabama Oklahoma Kansas
    Iowa Connecticut Arkansas Nebraska Nevada Utah Alaska Hawaii Jersey
continent or ocean: Europe Asia Africa America Antarctica Australia Atlantic Pacific Mediterranean Caribbean Arctic
given name: John William James George Charles Robert Thomas David Henry Joseph Edward Peter Michael Richard Paul Mary
    Elizabeth Anne Margaret Sarah Anna Maria Alice Jane Emma Lily Tom Jack Ben Daniel Samuel Alexander Louis Arthur
    Frank Frederick Albert Francis Philip Martin Andrew Stephen Simon Tim Max Lucy Sam Harry Jim Bob Bill Joe Mark
title: Mr Mrs Ms Dr Sir Lord Lady Miss Captain King Queen Prince Princess President Saint Professor General Colonel
    Father Bishop Pope Emperor Count Duke Baron
profession: actor writer politician singer player doctor teacher lawyer engineer author poet artist scientist painter
    composer journalist soldier farmer nurse priest judge architect footballer director producer philosopher merchant
unit of measure: km miles mile metres meters feet foot inches inch kilometres kg pounds tons acres hectares degrees
    percent cm mm litres gallons mph kW MHz
large number: hundred thousand million billion dozen hundreds thousands millions
money: dollars pounds euros cents francs money cash coins dollar pound euro
verb of speech: said asked replied told answered cried shouted whispered says exclaimed called spoke explained announced
    stated claimed added mentioned declared
verb of thought: think know believe thought knew believed understand remember wonder guess suppose hope consider realized
verb of motion: go went come came walk walked run ran move moved fly flew travel travelled left arrived entered climbed
    jumped rode followed returned
verb of making: make made build built create created produce produced form formed develop developed design designed
verb of change: become became grow grew turn turned change changed increase increased decrease rise rose fall fell
verb of giving: give gave given take took taken get got bring brought send sent receive received offer offered
verb of perception: see saw seen look looked hear heard watch watched feel felt notice noticed
form of be: am is are was were be been being 's 're 'm
form of have: have has had having 've
form of do: do does did done doing
personal pronoun: I you he she it we they me him her us them
first person: I me my mine myself we us our ours
second person: you your yours yourself
third person, male: he him his himself
third person, female: she her hers herself
reflexive: myself yourself himself herself itself ourselves themselves
relative word: which who whom whose that where
cause: because since therefore thus hence so consequently due
contrast: but however although though yet nevertheless despite while whereas instead unlike
condition: if unless whether would could otherwise
addition: and also moreover furthermore additionally besides too as
example: example instance such including like especially e.g i.e
comparison: than more less as like similar same different equal
frequency: always often sometimes usually never rarely frequently generally commonly typically
certainty: probably perhaps maybe likely possibly certainly clearly obviously definitely apparently
degree: very quite too so extremely highly almost nearly completely fully entirely mostly
beginning and end: began begin start started first end ended finally last final
time span: day week month year hour minute decade century
past: ago former previously earlier before early formerly once
evaluation, good: good great best excellent beautiful wonderful nice perfect successful famous important popular better
evaluation, bad: bad worst terrible poor awful wrong difficult failed boring worse dull evil
group of people: team group people party family members community society crowd band army committee council
part of a text: chapter section page figure table paragraph line article volume part book
crime and death: killed murder death died dead kill war attack destroyed
existence in number: many several few some most all various numerous both each every other another
preposition of time: during before after until since in on at by
Roman numeral: II III IV VI VII VIII IX XI XII XIV XV
academic: study research analysis theory results data method evidence researchers hypothesis
cardinal direction: north south east west northern southern eastern western northeast northwest southeast southwest
"""
KEYWORDS = """def class return import from if else elif for while try except with as in not and or is None True False self lambda
pass raise function const let var new this export default typeof null undefined true false async await interface extends
implements public private static void int char struct typedef include define endif ifndef switch case break continue
echo fi then do done""".split()


def read(block):
    found = {}
    for line in re.sub(r"\n +", " ", block).strip().split("\n"):
        name, listed = line.split(": ")
        found[name] = frozenset(form for word in listed.split() for form in (word, f"{word}s" if word.isalpha() else word))
    return found


TOPICS, CLASSES = read(TOPICS), read(CLASSES)
