"""XML of strangers as nested values: no entities, no document types, no deep nesting."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_DEPTH = 16
MOST_ELEMENTS = 400_000


@dataclass(slots=True)
class Element:
    """One element with what is in it.

    Attributes:
        name: Of the element.
        text: All letters in it, not those of elements within.
        parts: The elements in it, in order.
    """

    name: str
    text: str = ""
    parts: list[Element] = field(default_factory=list)

    def first(self, name: str) -> Element | None:
        """Return the first element with a name directly in this one."""
        return next((part for part in self.parts if part.name == name), None)

    def all(self, name: str) -> list[Element]:
        """Return the elements with a name directly in this one."""
        return [part for part in self.parts if part.name == name]

    def words(self, name: str) -> str:
        """Return the text of the first element with a name, "" for none, without space around."""
        found = self.first(name)
        return "" if found is None else found.text.strip()


def elements(data: bytes) -> Element:
    """Return the outermost element of a document.

    Raises:
        ValueError: It is no such document, with a short reason in plain words.
    """
    root = Element("")
    open_ones = [root]
    number = 0

    def start(name: str, _attributes: object) -> None:
        nonlocal number
        number += 1
        if len(open_ones) > MOST_DEPTH or number > MOST_ELEMENTS:
            raise ValueError("it is nested too deeply or too long")
        element = Element(name)
        open_ones[-1].parts.append(element)
        open_ones.append(element)

    def end(_name: str) -> None:
        open_ones.pop()

    def letters(text: str) -> None:
        open_ones[-1].text += text

    def doctype(*_facts: object) -> None:
        raise ValueError("it declares a document type, which labels never need")

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = letters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        reason = re.sub(r":.*", "", str(error))
        raise ValueError(f"line {error.lineno} is not XML ({reason})") from error
    except LookupError as error:
        raise ValueError("its encoding is not known") from error
    return root.parts[0]
