"""The session: one frozen value, told only when it differs."""

from __future__ import annotations

import dataclasses

import pytest

from deepdesk.ui.session import DeviceBadge, Session, Store


def test_changed_promises_the_new_session(qtbot):
    store = Store()

    with qtbot.waitSignal(store.changed) as told:
        store.update(phase="running", run="001-quick")

    (session,) = told.args
    assert session == Session(phase="running", run="001-quick")
    assert session is store.session


def test_the_same_value_again_is_not_told(qtbot):
    store = Store()
    store.update(device=DeviceBadge(text="CPU"))

    with qtbot.assertNotEmitted(store.changed):
        store.update(device=DeviceBadge(text="CPU"))


def test_an_unknown_field_is_an_error(qtbot):
    with pytest.raises(TypeError):
        Store().update(phaze="running")


def test_a_session_cannot_be_changed_in_place():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Session().phase = "running"


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("idle", False), ("running", True), ("paused", True), ("stopping", True)],
)
def test_a_run_holds_the_device_in_every_phase_but_idle(phase, expected):
    assert Session(phase=phase).is_training is expected
