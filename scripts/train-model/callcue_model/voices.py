"""The espeak-ng voices, apart for training and for measuring."""

# espeak-ng 1.51's plain "cmn" (and "zh") reads the pinyin of many characters as English ("nin two"
# for 您); this one reads all of them as Mandarin.
MANDARIN = "cmn-latn-pinyin"
# People render Mandarin with plain "cmn" all the same, so a share of the clips is in it.
ENGLISH_SPELLING = "cmn"
ENGLISH_SPELLING_SHARE = 0.05

# Variants close to a held-out one (edward2, steph, steph2) are left out of both lists.
TRAINING = [
    "f2", "m3", "f4", "m1", "m7", "f1", "Annie", "max", "m4", "f5", "john", "linda", "m2", "belinda",
    "benjamin", "Andrea", "m6", "Mike", "adam", "shelby", "david", "Marco", "paul", "Alex",
    "Andy", "antonio", "aunty", "boris", "caleb", "Denis", "Diogo", "ed", "Gene", "Henrique", "Jacky",
    "Lee", "m8", "marcelo", "Mario", "miguel", "pablo", "pedro", "quincy", "rob", "robert", "sandro",
    "travis", "zac",
]
# Further from a person's voice, so that the model hears more than the voices above.
STRANGE = [
    "announcer", "gustave", "norbert", "grandma", "grandpa", "michel", "kaukovalta", "iven", "iven3", "Storm",
    "RicishayMax", "Gene2", "AnxiousAndy", "croak", "robosoft", "robosoft4", "klatt", "klatt4", "UniRobot",
]
# Made up afresh by `throats`: each a throat of its own. More kinds of voices help strange ones most.
MADE_UP = [f"made-{number:03}" for number in range(240)]
# In the order in which training meets them.
HEARD = TRAINING + STRANGE + MADE_UP
# For choices while working on the recipe: neither trained on nor in the figures of the card.
DEVELOPMENT = ["anika", "victor", "Hugo", "Nguyen"]
HELD_OUT = ["m5", "f3", "Alicia", "Michael", "edward", "steph3"]

# Words a minute as espeak-ng counts them: about 4 to 8 characters a second.
RATES = (165, 330)
PITCHES = (15, 85)
