"""Makes the training text and the held-out sets from the sentence files in corpus/."""

import random
import re
from dataclasses import dataclass
from pathlib import Path

from .grammar import Grammar
from .slots import CITIES, DIGITS, DOUBLE_SURNAMES, GIVEN_NAMES, GOODS, PLACES, SPOTS, SURNAMES, TOPICS, WEEKDAYS, Slots

SENTENCES = Path(__file__).resolve().parent.parent / "corpus"

# The calls that ship with the product are told apart from the rest only by their weight.
DEMO_LINES = [
    "您好,中铁物流集团一零二四号为您服务",
    "您好,请问有什么可以帮您",
    "好的,王先生,请问您的联系方式是多少",
    "喂,大点声,我这里听不清楚您说的话",
    "很抱歉,我这里听不清您的声音,请您大声一点好吗",
    "您的快递明天上午可以送到,请问对于我刚才的解释您还有疑问吗",
    "请问还有什么可以帮助您",
    "不客气,感谢您的来电,王先生,再见",
    "你好,我姓王,我想查一个快递",
    "幺三八零零幺三八零零零",
    "好的,我的快递什么时候能到",
    "没有了,明白了",
    "没有了,谢谢",
]

# Said in passing, before or between clauses.
FILLERS = ["嗯", "啊", "那个", "哦", "喂", "那", "这个", "就是"]

# Share of each kind in the training text. Whole sentences teach what is likely; recombined
# clauses, sentences of a grammar and shuffled pieces force the model to listen instead of completing a known sentence.
SHARES = {
    "script": 0.14,
    "forbidden": 0.05,
    "demo": 0.04,
    "agent": 0.13,
    "customer": 0.15,
    "recombined": 0.17,
    "composed": 0.18,
    "shuffled": 0.07,
    "numbers": 0.07,
}


@dataclass(frozen=True)
class Sentence:
    """What espeak-ng is given (with commas, so that it pauses) and what the model must write."""

    kind: str
    spoken: str

    @property
    def text(self) -> str:
        return characters(self.spoken)


def characters(spoken: str) -> str:
    """Simplified characters only: the model writes neither punctuation nor blanks."""
    return re.sub(r"[^\u4e00-\u9fff]", "", spoken)


def read_templates(name: str) -> list[str]:
    lines = (SENTENCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


class Corpus:
    def __init__(self, seed: int | str):
        self.generator = random.Random(seed)
        self.slots = Slots(self.generator)
        self.templates = {name: read_templates(name) for name in ("script", "forbidden", "agent", "customer")}
        self.clauses = sorted(
            {
                clause
                for lines in self.templates.values()
                for line in lines
                for clause in line.split(",")
                if len(clause) > 1
            }
        )
        self.words = self._pieces()
        self.grammar = Grammar(read_templates("grammar"), self.slots, self.generator)

    def _pieces(self) -> list[str]:
        """Pieces of one to four characters, of which shuffled sentences are made."""
        pieces = set(CITIES + GOODS + PLACES + SPOTS + TOPICS + WEEKDAYS + DOUBLE_SURNAMES)
        plain = sorted({characters(re.sub(r"\{\w+\}", ",", clause)) for clause in self.clauses})
        for clause in plain:
            for length in (1, 2, 2, 3, 4):
                if len(clause) >= length:
                    start = self.generator.randrange(len(clause) - length + 1)
                    pieces.add(clause[start : start + length])
        # Every character must be heard outside its usual sentence as well.
        pieces.update(character for clause in plain for character in clause)
        pieces.update(SURNAMES + GIVEN_NAMES + DIGITS + "幺两")
        return sorted(pieces)

    def held_out(self) -> dict[str, list[Sentence]]:
        """The measuring sets. Call before training_text, which then never makes a held-out one."""
        script = self.generator.sample(self.templates["script"] + self.templates["forbidden"], 87)
        sets = {
            "script": [Sentence("script", self.slots.fill(line)) for line in script]
            + [Sentence("script", line) for line in DEMO_LINES],
            "recombined": [self._recombined() for _ in range(80)],
            "new": [Sentence("new", line) for line in read_templates("new")],
        }
        self.apart = {s.text for name in ("recombined", "new") for s in sets[name]}
        return sets

    def training_text(self, count: int) -> list[Sentence]:
        kinds = self.generator.choices(list(SHARES), weights=list(SHARES.values()), k=count)
        sentences = (getattr(self, f"_{kind}")() for kind in kinds)
        return [s for s in sentences if s.text not in self.apart]

    def _filled(self, kind: str) -> Sentence:
        spoken = self.slots.fill(self.generator.choice(self.templates[kind]))
        return Sentence(kind, spoken)

    def _script(self) -> Sentence:
        return self._filled("script")

    def _forbidden(self) -> Sentence:
        return self._filled("forbidden")

    def _agent(self) -> Sentence:
        return self._with_filler(self._filled("agent"))

    def _customer(self) -> Sentence:
        return self._with_filler(self._filled("customer"))

    def _demo(self) -> Sentence:
        return Sentence("demo", self.generator.choice(DEMO_LINES))

    def _with_filler(self, sentence: Sentence) -> Sentence:
        if self.generator.random() > 0.08:
            return sentence
        return Sentence(sentence.kind, f"{self.generator.choice(FILLERS)},{sentence.spoken}")

    def _recombined(self) -> Sentence:
        clauses = self.generator.choices(self.clauses, k=self.generator.choice((2, 2, 3)))
        return Sentence("recombined", self.slots.fill(",".join(clauses)))

    def _composed(self) -> Sentence:
        return Sentence("composed", self.grammar.sentence())

    def _shuffled(self) -> Sentence:
        pieces = self.generator.choices(self.words, k=self.generator.randint(2, 5))
        return Sentence("shuffled", self.generator.choice(("", ",", "")).join(pieces))

    def _numbers(self) -> Sentence:
        slot = self.generator.choice(
            ("phone", "phone", "tracking", "tracking4", "agent", "date", "clock", "amount", "landline", "address")
        )
        return Sentence("numbers", getattr(self.slots, slot)())
