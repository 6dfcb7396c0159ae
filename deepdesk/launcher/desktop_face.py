"""The first window where there is no Tk: what the desktop brings, zenity or kdialog."""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import threading
from typing import IO, Any

from deepdesk.core.events import Progress, Said
from deepdesk.core.work import StopToken, Work, run
from deepdesk.launcher.outcome import Outcome, cancelled_by_signals
from deepdesk.launcher.terminal_face import amount_words

_LOOK_EVERY_S = 0.1
_SHOWN_S = 600.0
_NOTIFY_S = 5.0


class ZenityFace:
    """A window of zenity that follows one work to its end."""

    def __init__(self) -> None:
        zenity = shutil.which("zenity")
        if zenity is None:
            raise OSError("There is no zenity.")
        self._command = [zenity, "--progress", "--title=DeepDesk", "--width=440", "--auto-close"]
        self._command += ["--text=Getting DeepDesk ready", "--no-markup"]

    def follow(self, work: Work) -> Outcome:
        """Run work and show how far it is; return how it came out."""
        events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stop, outcome = StopToken(), Outcome()
        with (
            cancelled_by_signals(stop),
            subprocess.Popen(self._command, stdin=subprocess.PIPE, text=True) as window,
        ):
            thread = threading.Thread(target=run, args=(work, events.put, stop), name="set-up")
            thread.start()
            while outcome.ended is None:
                if window.poll() is not None:
                    # Its button to cancel ends it.
                    stop.stop()
                try:
                    event = events.get(timeout=_LOOK_EVERY_S)
                except queue.Empty:
                    continue
                outcome.take(event)
                if window.stdin is not None:
                    _write(window.stdin, words_for_zenity(event))
            thread.join()
            window.terminate()
        if outcome.ended.error is not None:
            show(str(outcome.ended.error))
        return outcome


def words_for_zenity(event: Any) -> str:
    """Return the lines that zenity reads for an event: "#" begins a text, a number is per cent."""
    if isinstance(event, Said):
        return f"# {event.text}\n"
    if not isinstance(event, Progress):
        return ""
    # At 100 it would close by itself.
    share = f"{min(99, 100 * event.done // event.total)}\n" if event.total else ""
    return f"{share}# {event.what} {amount_words(event)}\n"


def _write(stream: IO[str], text: str) -> None:
    if stream.closed:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # The window was closed; the next look at it says so. What is left in the stream would fail
        # once more when it is closed later.
        with contextlib.suppress(OSError):
            stream.close()


def notify(text: str) -> None:
    """Let a sentence pass by in a corner of the screen, where the desktop can do that."""
    tool = shutil.which("notify-send")
    if tool is not None:
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            subprocess.run([tool, "DeepDesk", text], check=False, timeout=_NOTIFY_S)


def show(text: str) -> None:
    """Show a sentence with whatever the desktop brings.

    Raises:
        OSError: It brings nothing.
    """
    tools = (
        ("zenity", ["--info", "--title=DeepDesk", "--no-markup", f"--text={text}"]),
        ("kdialog", ["--title", "DeepDesk", "--msgbox", text]),
        ("xmessage", [text]),
        ("notify-send", ["DeepDesk", text]),
    )
    for name, arguments in tools:
        tool = shutil.which(name)
        if tool is not None:
            subprocess.run([tool, *arguments], check=False, timeout=_SHOWN_S)
            return
    raise OSError("This desktop brings nothing that could show a text.")


def ask(text: str) -> bool:
    """Show a text and return whether the person wants to go on.

    Raises:
        OSError: The desktop brings nothing that can ask.
    """
    tools = (
        ("zenity", ["--question", "--title=DeepDesk", "--no-markup", f"--text={text}"]),
        ("kdialog", ["--title", "DeepDesk", "--yesno", text]),
    )
    for name, arguments in tools:
        tool = shutil.which(name)
        if tool is not None:
            return subprocess.run([tool, *arguments], check=False).returncode == 0
    raise OSError("This desktop brings nothing that could ask.")
