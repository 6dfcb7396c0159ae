"""How modules came to be: which maker was called with which values.

While a block makes its module, this thread's profile hook sees every call. So the source that
is written calls the same makers with the same values, whatever block it is, and blocks need
not know of it. Other threads are not watched.
"""

from __future__ import annotations

import dataclasses
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

from torch import nn

OWN = "deepdesk.nn.modules"


@dataclass(frozen=True)
class Made:
    """One call that gave a module.

    Attributes:
        maker: A class or a function.
        values: By parameter.
        rest: What went into "*args".
    """

    maker: Callable[..., Any]
    values: dict[str, Any]
    rest: tuple[Any, ...] = ()


@dataclass
class Recording:
    """What was seen.

    Attributes:
        made: Id of a module to the module (kept alive, so that ids stay its own) and its making.
        values: (module name, qualified name, parameter) to the texts, truths and other values
            given there; also "parameter.field" for those that have fields.
    """

    made: dict[int, tuple[nn.Module, Made]] = field(default_factory=dict)
    values: dict[tuple[str, str, str], set[object]] = field(default_factory=dict)

    def of(self, module: nn.Module) -> Made | None:
        """Return how a module was made, if that was seen."""
        found = self.made.get(id(module))
        return found[1] if found else None

    def watch(self, make: Callable[[], nn.Module]) -> nn.Module:
        """Return what `make` returns and note every module made within."""
        open_calls: dict[FrameType, Made] = {}

        def see(frame: FrameType, event: str, value: Any) -> None:
            if event == "call":
                self._see_call(frame, open_calls)
            elif event == "return":
                made = open_calls.pop(frame, None)
                if made is not None and isinstance(value, nn.Module):
                    self.made[id(value)] = (value, made)

        before = sys.getprofile()
        sys.setprofile(see)
        try:
            return make()
        finally:
            sys.setprofile(before)

    def _see_call(self, frame: FrameType, open_calls: dict[FrameType, Made]) -> None:
        code, home = frame.f_code, str(frame.f_globals.get("__name__", ""))
        is_own = home == OWN or home.startswith(f"{OWN}.")
        if is_own:
            self._note_values(frame, home)
            function = frame.f_globals.get(code.co_name)
            if getattr(function, "__code__", None) is code:
                open_calls[frame] = _made(function, frame)  # type: ignore[arg-type]
                return
        if code.co_name == "__init__" and code.co_varnames:
            owner = frame.f_locals.get(code.co_varnames[0])
            if isinstance(owner, nn.Module) and id(owner) not in self.made:
                self.made[id(owner)] = (owner, _made(type(owner), frame))

    def _note_values(self, frame: FrameType, home: str) -> None:
        names = _parameters(frame.f_code)
        for name in names[names[:1] == ("self",) :]:
            for path, value in _plain_values(name, frame.f_locals.get(name)):
                key = (home, frame.f_code.co_qualname, path)
                self.values.setdefault(key, set()).add(value)


def _plain_values(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Yield a parameter and its fields; something that is not plain never counts as known."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for part in dataclasses.fields(value):
            yield from _plain_values(f"{name}.{part.name}", getattr(value, part.name))
    elif value is None or isinstance(value, str | bool | int | float):
        yield name, value
    else:
        yield from ((name, object()), (name, object()))


def _parameters(code: CodeType) -> tuple[str, ...]:
    return code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]


def _made(maker: Callable[..., Any], frame: FrameType) -> Made:
    code = frame.f_code
    names = list(_parameters(code))
    if inspect.isclass(maker):
        names = names[1:]
    rest: tuple[Any, ...] = ()
    if code.co_flags & inspect.CO_VARARGS:
        rest = tuple(frame.f_locals[code.co_varnames[code.co_argcount + code.co_kwonlyargcount]])
    return Made(maker, {name: frame.f_locals[name] for name in names}, rest)
