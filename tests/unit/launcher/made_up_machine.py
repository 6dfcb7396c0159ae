"""A machine that is made up: its tools answer from a table."""

from __future__ import annotations

from deepdesk.launcher.machine import Answer, Surroundings


class Tools:
    """Answers commands from a table: part of the command -> (text, code)."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def __call__(self, command, seconds):
        self.asked.append((command, seconds))
        for part, (text, code) in self.answers.items():
            if part in " ".join(command).replace("-", "_"):
                return Answer(text, code)
        return Answer("no such file", -1)


def surroundings(root, tools=None, **changes):
    given = {
        "platform": "linux",
        "machine": "x86_64",
        "libc": ("glibc", "2.36"),
        "root": root,
        "environment": {},
        "ask": tools or Tools(),
        "may_use": lambda path: True,
    }
    return Surroundings(**(given | changes))


def smi(text, code=0):
    return Tools(nvidia_smi=(text, code))
