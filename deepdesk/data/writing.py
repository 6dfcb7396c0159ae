"""Texts as units that a network can write: characters, or pieces of words. No torch.

Unit 0 of a network is the blank, which writes nothing; unit 1 is the first of `Units.units`.
"""

from __future__ import annotations

import itertools
import re
import stat
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdesk.core.errors import ConfigError, DatasetError
from deepdesk.data.csv_source import encoding_of

CHARACTERS, PIECES = "characters", "pieces"
MAX_UNITS = 20_000
MAX_WORDS = 50_000
MAX_WORD_LETTERS = 64  # each letter takes room in the tree of words
MAX_UNIT_LENGTH = 24
MOST_FREQUENT = 150  # words between which confusions are counted
MAX_WORD_FILE_BYTES = 4 << 20
_APOSTROPHES = frozenset("'\N{RIGHT SINGLE QUOTATION MARK}")
_LONE_APOSTROPHE = re.compile(r"(?<!\w)'|'(?!\w)")
_MARK = "\N{LOWER ONE EIGHTH BLOCK}"  # stands for a blank while pieces are learned


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How transcripts are written before anything is learned from them.

    Attributes:
        small_letters: Whether capitals become small letters.
        punctuation: Whether signs such as commas are kept.
    """

    small_letters: bool = True
    punctuation: bool = False

    def tidy(self, text: object) -> str:
        """Return a transcript as it is learned: NFC, single blanks, no control characters."""
        if not isinstance(text, str):
            return ""
        written = unicodedata.normalize("NFC", text)
        if self.small_letters:
            written = unicodedata.normalize("NFC", written.lower())
        kept = written.translate(_PLAIN)
        if not self.punctuation:
            kept = _LONE_APOSTROPHE.sub("", kept.translate(_WITHOUT_PUNCTUATION))
        return " ".join(kept.split())


class _Table(dict[int, str]):
    """What characters become, found out once for each."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, point: int) -> str:
        self[point] = self._rule(chr(point))
        return self[point]


def _plain(character: str) -> str:
    if character.isspace():
        return " "
    # Joiners build letters and emoji; all else that cannot be seen goes.
    is_hidden = unicodedata.category(character) in ("Cc", "Cf", "Cs")
    return "" if is_hidden and character not in "\u200c\u200d" else character


def _letters(character: str) -> str:
    if character in _APOSTROPHES:
        return "'"
    category = unicodedata.category(character)
    if category == "Pd":
        return " "
    return "" if category.startswith("P") else character


_PLAIN = _Table(_plain)
_WITHOUT_PUNCTUATION = _Table(_letters)


class Units:
    """What a network writes with.

    Args:
        units: Text of each unit but the blank, none empty, none twice.
        merges: Pairs that become one, strongest first; () for characters.
    """

    def __init__(self, units: Sequence[str], merges: Sequence[tuple[str, str]] = ()) -> None:
        self.units = tuple(units)
        self._places = {unit: place for place, unit in enumerate(self.units, start=1)}
        self._ranks = {pair: rank for rank, pair in enumerate(merges)}
        self.longest = max(map(len, self.units), default=1)

    @classmethod
    def from_json(cls, learned: Mapping[str, Any]) -> Units:
        """Return the units that `survey` found; none when it found nothing.

        Raises:
            ConfigError: They are not legal.
        """
        units, merges = learned.get("units", []), learned.get("merges", [])
        is_legal = (
            isinstance(units, list)
            and len(units) <= MAX_UNITS
            and all(isinstance(u, str) and 1 <= len(u) <= MAX_UNIT_LENGTH for u in units)
            and len(set(units)) == len(units)
            and isinstance(merges, list)
            and all(isinstance(pair, list) and len(pair) == 2 for pair in merges)
            and all(isinstance(side, str) for pair in merges for side in pair)
        )
        if not is_legal:
            raise ConfigError(
                "learned", "The vocabulary is not legal.", "Restore the run, or start a new one."
            )
        return cls(units, [(first, second) for first, second in merges])

    def __len__(self) -> int:
        return len(self.units)

    def encoded(self, text: str) -> list[int]:
        """Return the numbers of the units of a tidy text, from 1; unknown characters are left out.

        Paper: byte pair encoding, Sennrich et al. (2016, arXiv:1508.07909), over characters.
        """
        if not self._ranks:
            return [self._places[c] for c in text if c in self._places]
        numbers: list[int] = []
        for number, word in enumerate(text.split(" ")):
            pieces = self._merged([*(" " if number else ""), *word])
            numbers += [self._places[piece] for piece in pieces if piece in self._places]
        return numbers

    def decoded(self, numbers: Iterable[int]) -> str:
        """Return the text of units, tidy; 0 writes nothing."""
        return " ".join("".join(self.units[n - 1] for n in numbers if n > 0).split())

    def unknown(self, text: str) -> Counter[str]:
        """Return how often characters occur in a text that no unit has."""
        return Counter(c for c in text if c not in self._places)

    def _merged(self, parts: list[str]) -> list[str]:
        while len(parts) > 1:
            pairs = itertools.pairwise(parts)
            best = min(pairs, key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if best not in self._ranks:
                break
            merged, at = list[str](), 0
            while at < len(parts):
                is_pair = tuple(parts[at : at + 2]) == best
                merged.append("".join(best) if is_pair else parts[at])
                at += 1 + is_pair
            parts = merged
        return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What is looked for in the transcripts of training.

    Attributes:
        kind: `CHARACTERS` or `PIECES`.
        size: Pieces to learn at most.
        style: Of the texts.
        words: Words that answers are made of, or the path of a file of them, "" for those of
            training.
        wants_words: Whether a list of words is needed at all.
    """

    kind: str
    size: int
    style: Style
    words: str = ""
    wants_words: bool = False

    def of(self, targets: Iterable[Any]) -> dict[str, Any]:
        """Return, JSON-ready, "units", "merges", "words" and "frequent" words.

        Raises:
            DatasetError: No transcript has a letter, or the letters are too many, or the file of
                words cannot be read.
        """
        words: Counter[str] = Counter()
        for target in targets:
            words.update(self.style.tidy(target).split())
        characters = sorted({c for word in words for c in word})
        if not characters:
            return {}
        if len(characters) > MAX_UNITS - 1:
            raise DatasetError(
                f"The transcripts have {len(characters):,} different characters.",
                "Check that the right column of the table was taken for them.",
            )
        units, merges = [" ", *characters], list[list[str]]()
        if self.kind == PIECES:
            units, merges = learned_pieces(words, self.size)
        ordered = [word for word, _count in sorted(words.items(), key=lambda w: (-w[1], w[0]))]
        given = self._given_words() or ordered
        return {
            "units": units,
            "merges": merges,
            "words": _short(given)[:MAX_WORDS] if self.wants_words else [],
            "frequent": ordered[:MOST_FREQUENT],
        }

    def _given_words(self) -> list[str]:
        written = self.words.strip()
        is_file = _names_file(written)
        if is_file:
            written = _file_text(Path(written).expanduser())
        parts = self.style.tidy(written.replace(",", " ").replace(";", " ")).split()
        words = _short(dict.fromkeys(parts))
        if len(words) > MAX_WORDS:
            raise DatasetError(
                f"The list has {len(words):,} words, and {MAX_WORDS:,} are the most.",
                "Leave out the rarest ones.",
            )
        if is_file and not words:
            raise DatasetError("The list of words has no word.", "Give a text of words in a file.")
        return words


def listed(learned: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the words that `Survey` found under a key, () for none.

    Raises:
        ConfigError: They are not legal.
    """
    words = learned.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigError(
            "learned", "The list of words is not legal.", "Restore the run, or start a new one."
        )
    return tuple(_short(words[:MAX_WORDS]))


def never_written(learned: Mapping[str, Any], texts: Iterable[str]) -> tuple[str, ...]:
    """Return the characters of tidy texts that no unit of a network has, the most frequent first.

    () where what was learned holds no units.
    """
    units = learned.get("units")
    if not isinstance(units, list):
        return ()
    known = {c for unit in units for c in str(unit)}
    missing = Counter(c for text in texts for c in text if c not in known)
    return tuple(c for c, _count in sorted(missing.items(), key=lambda pair: (-pair[1], pair[0])))


def _short(words: Iterable[str]) -> list[str]:
    return [word for word in words if len(word) <= MAX_WORD_LETTERS]


def _names_file(written: str) -> bool:
    """Whether what was typed is the path of a list and no list itself."""
    if not written.lower().endswith((".txt", ".csv", ".lst")) or "\n" in written:
        return False
    return len(written.split()) == 1 or "/" in written or "\\" in written


def _file_text(path: Path) -> str:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise DatasetError(f"{path.name} is no file.", "Give a text of words in a file.")
        if facts.st_size > MAX_WORD_FILE_BYTES:
            raise DatasetError(f"{path.name} is too large for a list of words.", "Shorten it.")
        with path.open(encoding=encoding_of(path), errors="replace") as file:
            text = file.read(MAX_WORD_FILE_BYTES)
        if "\0" in text:
            raise DatasetError(f"{path.name} is no text.", "Save the list of words as UTF-8.")
        return text
    except ValueError as error:
        raise DatasetError("The path of the list of words is not valid.", "Check it.") from error
    except OSError as error:
        raise DatasetError(
            f"The list of words {path.name} cannot be read: {error.strerror}.",
            "Check its place, or write the words themselves.",
        ) from error


def learned_pieces(words: Mapping[str, int], size: int) -> tuple[list[str], list[list[str]]]:
    """Return units and merges for words with their counts; every character stays a unit.

    Args:
        words: Tidy words and how often each occurs.
        size: Units at most, the characters included.
    """
    import json

    from tokenizers import Tokenizer
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import WhitespaceSplit
    from tokenizers.trainers import BpeTrainer

    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = WhitespaceSplit()
    trainer = BpeTrainer(
        vocab_size=size, show_progress=False, min_frequency=2, max_token_length=MAX_UNIT_LENGTH
    )
    # Words are learned with the blank before them, and once each alone, as at the beginning.
    texts = (f"{_MARK}{word} {word}" for word in sorted(words) for _ in range(min(words[word], 50)))
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    merges = [[side.replace(_MARK, " ") for side in _sides(merge)] for merge in model["merges"]]
    singles = sorted({c for word in words for c in word})
    made = [first + second for first, second in merges]
    return list(dict.fromkeys([" ", *singles, *made])), merges


def _sides(merge: str | list[str]) -> list[str]:
    return merge.split(" ") if isinstance(merge, str) else merge
