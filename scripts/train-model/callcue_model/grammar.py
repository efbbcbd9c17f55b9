"""Sentences from the small grammar in corpus/grammar.txt."""

import random
import re

from .slots import Slots

NOTHING = "-"


class Grammar:
    def __init__(self, lines: list[str], slots: Slots, generator: random.Random):
        self.slots, self.generator = slots, generator
        self.rules = {}
        for line in lines:
            name, alternatives = line.split(" = ")
            self.rules[name] = [alternative.strip() for alternative in alternatives.split("|")]

    def sentence(self) -> str:
        return self._expanded("sentence")

    def _expanded(self, name: str) -> str:
        if name not in self.rules:
            return getattr(self.slots, name)()
        chosen = self.generator.choice(self.rules[name])
        return "" if chosen == NOTHING else re.sub(r"\{(\w+)\}", lambda match: self._expanded(match[1]), chosen)
