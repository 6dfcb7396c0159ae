"""Words on the terminal, and leaving with a sentence and a remedy."""

import sys
from typing import NoReturn


def say(text: str) -> None:
    """Write a line to standard error, which leaves standard output to results."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def give_up(sentence: str, remedy: str = "") -> NoReturn:
    """Say what is wrong and what to do, and leave with status 1."""
    say(sentence)
    if remedy:
        say("  " + remedy)
    sys.exit(1)
