"""The watchdog says where the window stands still, and keeps nothing of it."""

from __future__ import annotations

import sys
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


def test_what_a_function_made_is_destroyed_in_its_own_thread_however_often_somebody_looks():
    here, foreign, looks, over = threading.get_ident(), [], [], threading.Event()

    class Brush:
        def __del__(self):
            if threading.get_ident() != here:
                foreign.append(self)

    def paint():
        brush = Brush()
        return sum(range(20)) + len(vars(brush))

    def look():
        while not over.is_set():
            looks.append(len(stack_of(here)))

    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        thread = threading.Thread(target=look)
        thread.start()
        while len(looks) < 400:
            paint()
        over.set()
        thread.join(5)
    finally:
        sys.setswitchinterval(before_s)

    assert not foreign
