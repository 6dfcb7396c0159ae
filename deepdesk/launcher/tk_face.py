"""The first window where Python brings Tk: a sentence, a bar and a button to cancel."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from typing import Any

from deepdesk.core.events import Ended, Progress, Said
from deepdesk.core.work import StopToken, Work, run
from deepdesk.launcher.outcome import Outcome, cancelled_by_signals
from deepdesk.launcher.terminal_face import amount_words

_LOOK_EVERY_MS = 50
_TITLE = "DeepDesk"
_WIDTH = 440


class TkFace:
    """A small window that follows one work to its end."""

    def __init__(self) -> None:
        # Raises where there is no Tk, or no display that it can open.
        import tkinter
        from tkinter import ttk

        self._events: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._stop = StopToken()
        self._outcome = Outcome()
        self._root = root = tkinter.Tk(className="deepdesk")
        root.title(_TITLE)
        root.resizable(width=False, height=False)
        root.protocol("WM_DELETE_WINDOW", self._cancel)
        if sys.platform == "linux":
            # The usual theme there is the one of 1990.
            ttk.Style(root).theme_use("clam")
        frame = ttk.Frame(root, padding=24)
        frame.grid()
        self._text = tkinter.StringVar(value="Getting DeepDesk ready")
        self._amount = tkinter.StringVar()
        ttk.Label(frame, textvariable=self._text, wraplength=_WIDTH).grid(sticky="w")
        self._bar = ttk.Progressbar(frame, length=_WIDTH, mode="indeterminate")
        self._bar.grid(pady=12)
        ttk.Label(frame, textvariable=self._amount).grid(sticky="w")
        self._button = ttk.Button(frame, text="Cancel", command=self._cancel)
        self._button.grid(sticky="e")
        root.eval("tk::PlaceWindow . center")

    def follow(self, work: Work) -> Outcome:
        """Run work and show how far it is; return how it came out. Errors wait to be read."""
        thread = threading.Thread(
            target=run, args=(work, self._events.put, self._stop), name="set-up"
        )
        self._bar.start()
        thread.start()
        self._root.after(0, self._look)
        with cancelled_by_signals(self._stop):
            self._root.mainloop()
        self._stop.stop()
        thread.join()
        self._root.destroy()
        return self._outcome

    def _cancel(self) -> None:
        if self._outcome.ended is not None:
            self._root.quit()
        self._stop.stop()
        self._text.set("Cancelling")
        self._button.state(["disabled"])

    def _look(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                self._take(self._events.get_nowait())
        if self._outcome.ended is None:
            self._root.after(_LOOK_EVERY_MS, self._look)
        elif self._outcome.ended.error is None:
            self._root.quit()

    def _take(self, event: Any) -> None:
        self._outcome.take(event)
        if isinstance(event, Said):
            self._text.set(event.text)
        elif isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Ended) and event.error is not None:
            self._text.set(str(event.error))
            self._amount.set("")
            self._bar.grid_remove()
            self._button.configure(text="Close")

    def _progress(self, event: Progress) -> None:
        self._text.set(event.what)
        self._amount.set(amount_words(event))
        if event.total:
            self._bar.stop()
            self._bar.configure(mode="determinate", maximum=event.total, value=event.done)
        else:
            self._bar.configure(mode="indeterminate")
            self._bar.start()


def show(text: str) -> None:
    """Show a sentence until it is closed."""
    import tkinter
    from tkinter import messagebox

    root = tkinter.Tk(className="deepdesk")
    root.withdraw()
    messagebox.showinfo(_TITLE, text, parent=root)
    root.destroy()


def ask(text: str) -> bool:
    """Show a text and return whether the person wants to go on."""
    import tkinter
    from tkinter import messagebox

    root = tkinter.Tk(className="deepdesk")
    root.withdraw()
    is_taken = messagebox.askokcancel(_TITLE, text, parent=root)
    root.destroy()
    return is_taken
