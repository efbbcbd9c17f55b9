"""Which ids stand for what. One character is one token; whisper.cpp fixes the special ids."""

SIZE = 51_865
BLANK = 0  # " ", which whisper.cpp insists on
FIRST_CHARACTER = 1
END_OF_TEXT = 50_257
PROMPT = [50_258, 50_260, 50_359, 50_363]  # start, zh, transcribe, no timestamps


class Vocabulary:
    """Maps between characters, rows of the trained embedding and ids of the file.

    Training sees only the rows in use: the characters, then end of text, then the prompt.
    """

    def __init__(self, characters: str):
        self.characters = characters
        self.row_of = {character: row for row, character in enumerate(characters)}
        self.end = len(characters)
        self.outputs = self.end + 1
        self.prompt = [self.outputs + index for index in range(len(PROMPT))]
        self.rows = self.outputs + len(PROMPT)

    @classmethod
    def of(cls, texts: list[str]) -> "Vocabulary":
        return cls("".join(sorted(set("".join(texts)))))

    def encode(self, text: str) -> list[int]:
        return [self.row_of[character] for character in text]

    def decode(self, rows: list[int]) -> str:
        return "".join(self.characters[row] for row in rows if row < self.end)

    def file_ids(self) -> list[int]:
        """The id in the model file of each trained row."""
        characters = range(FIRST_CHARACTER, FIRST_CHARACTER + self.end)
        return [*characters, END_OF_TEXT, *PROMPT]

    def file_tokens(self) -> list[bytes]:
        return [b" ", *(character.encode() for character in self.characters)]
