"""The watchdog says where the window stands still, and keeps nothing of it."""

from __future__ import annotations

import threading
import weakref

from deepdesk.ui.watchdog import stack_of


class Painter:
    """Stands for a local that must be gone when its function is."""


def test_the_stack_of_a_thread_is_told_and_its_locals_are_let_go_of():
    kept, ready, done = [], threading.Event(), threading.Event()

    def paint():
        painter = Painter()
        kept.append(weakref.ref(painter))
        ready.set()
        done.wait(5)

    thread = threading.Thread(target=paint)
    thread.start()
    ready.wait(5)
    told = stack_of(thread.ident)
    done.set()
    thread.join(5)

    assert "in paint" in told
    assert kept[0]() is None


def test_a_thread_that_is_over_has_no_stack():
    assert stack_of(-1) == "(no stack)"
