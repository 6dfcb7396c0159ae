"""What the Help commands do: reports, licences, and what the launcher does for this program."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

import deepdesk
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.processes import NO_WINDOW
from deepdesk.core.work import EventSink, StopToken
from deepdesk.ui.dialogs import AskDialog, text_dialog
from deepdesk.ui.installed import (
    GO_BACK,
    can_go_back,
    launcher_command,
    launcher_variables,
    start_choice,
)
from deepdesk.ui.places import log_folder

if TYPE_CHECKING:
    from deepdesk.ui.shell import MainWindow

REPORT_NAME = "DeepDesk report.zip"
_ROLLBACK_S = 60.0


class HelpActions(QObject):
    """One function for each key of the Help commands."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._desk = window.desk
        self.table: Mapping[str, Callable[[], object]] = {
            "machine": self.show_machine,
            "logs": self.open_logs,
            "report": self.copy_report,
            "save-report": self.ask_save_report,
            "licences": self.show_licences,
            "about": self.about,
            "cards": self.ask_card,
            "back": self.ask_back,
        }

    def show_machine(self) -> AskDialog:
        """Say which device trains and why, and try all of them."""
        from deepdesk.ui.checked_devices import CheckedDevices
        from deepdesk.ui.crash import system_report

        badge = self._desk.store.session.device
        lines = [f"{badge.text}. {badge.why}"] if badge else ["Devices are still looked for."]
        dialog = text_dialog(self._window, "This machine", *lines, system_report())
        devices = CheckedDevices(self._desk)
        dialog.body.insertWidget(1, devices)
        dialog.finished.connect(devices.stop)
        dialog.open()
        devices.start()
        return dialog

    def open_logs(self) -> None:
        """Show the folder of the log in the system's file manager."""
        folder = log_folder()
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def copy_report(self) -> None:
        """Put what a report of a problem needs into the clipboard, once it is gathered."""
        self._desk.say("Gathering the system report...")

        def work(emit: EventSink, _stop: StopToken) -> None:
            from deepdesk.engine.doctor import as_text, report

            emit(Result(value=as_text(report())))

        def take(event: Any) -> None:
            if isinstance(event, Result):
                QGuiApplication.clipboard().setText(event.value)
                self._desk.say("The system report is in the clipboard.")

        self._desk.start(work, "window", on_event=take, lowered=True)

    def ask_save_report(self) -> None:
        """Let the person pick where a zip for a report of a problem goes."""
        chosen, _filter = QFileDialog.getSaveFileName(
            self._window, "Save system report", str(Path.home() / REPORT_NAME), "Zip (*.zip)"
        )
        if chosen:
            self.save_report(Path(chosen))

    def save_report(self, path: Path) -> None:
        """Write the system report, the log and the last report into a zip."""
        self._desk.say("Gathering the system report...")

        def work(emit: EventSink, stop: StopToken) -> None:
            from deepdesk.engine.doctor import device_words, report, report_texts, zipped
            from deepdesk.project.safe_write import write_bytes

            facts = {**report(), "tried now": device_words(stop)}
            stop.check()
            write_bytes(path, zipped(report_texts(facts)))
            emit(Result(value=path))

        def ended(end: Ended) -> None:
            if end.error is not None:
                self._desk.say(str(end.error), level="error")
            elif not end.stopped:
                self._desk.say(f"{path.name} is written. Nothing was sent anywhere.")

        self._desk.start(work, "window", on_ended=ended, lowered=True)

    def show_licences(self) -> None:
        """Show the licences of all that this program is made of."""
        from deepdesk.ui.licences import LicencesDialog

        LicencesDialog(self._window, self._desk).open()

    def ask_card(self) -> None:
        """Open the window in which torch for another graphics card is chosen."""
        if self.is_training():
            return
        dialog = AskDialog(self._window, "Graphics card", verb="Choose...")
        dialog.add_text(
            "A window shows what this computer has and sets DeepDesk up for the card that you"
            " choose. DeepDesk closes for it and starts again afterwards."
        )
        dialog.accepted.connect(self._choose_card)
        dialog.open()

    def _choose_card(self) -> None:
        if start_choice():
            self._window.close()
        else:
            self._desk.say("The set-up could not be started.", level="error")

    def ask_back(self) -> None:
        """Offer to go back to the version from before the last update."""
        if self.is_training():
            return
        if not can_go_back():
            self._desk.say("There is no version before this one on this computer.")
            return
        dialog = AskDialog(self._window, "Go back to the version before", verb="Go back")
        dialog.add_text(
            f"This is version {deepdesk.__version__}. The one from before the last update is"
            " still here; it is used from the next start on. Projects stay as they are."
        )
        dialog.accepted.connect(self._go_back)
        dialog.open()

    def _go_back(self) -> None:
        def work(emit: EventSink, _stop: StopToken) -> None:
            emit(Result(value=gone_back()))

        def take(event: Any) -> None:
            if isinstance(event, Result):
                dialog = AskDialog(
                    self._window, "The version before", verb="Close DeepDesk", other="Go on"
                )
                dialog.add_text(f"{event.value} It is used from the next start on.")
                dialog.accepted.connect(self._window.close)
                dialog.open()

        self._desk.start(work, "window", on_event=take, on_ended=self._tell_trouble)

    def _tell_trouble(self, end: Ended) -> None:
        if end.error is not None:
            self._desk.say(str(end.error), level="error")

    def is_training(self) -> bool:
        """Return whether a run is under way, and say then that it has to be stopped first."""
        if self._desk.training.is_busy:
            error = DeepDeskError("A run is under way.", "Stop the run first.")
            self._desk.banner(error, "training")
        return self._desk.training.is_busy

    def about(self) -> None:
        """Say what this is."""
        text_dialog(
            self._window,
            f"DeepDesk {deepdesk.__version__}",
            "Train deep networks on your own files, on your own machine.",
            "Nothing is sent anywhere. Fonts: Inter (OFL). Window: Qt (LGPL). Sound: "
            "libsndfile and soxr (LGPL). Networks: PyTorch.",
        ).open()


def gone_back() -> str:
    """Let the launcher take the environment before this one into use, and return what it said.

    Raises:
        DeepDeskError: There is none, or it could not be done.
    """
    command = launcher_command()
    if command is None:
        raise DeepDeskError("DeepDesk was not installed by its installer.")
    try:
        done = subprocess.run(
            [*command, GO_BACK],
            env=launcher_variables(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_ROLLBACK_S,
            creationflags=NO_WINDOW,
            start_new_session=os.name != "nt",
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DeepDeskError("The launcher could not be started.") from error
    said = (done.stdout + done.stderr).decode(errors="replace").strip()
    if done.returncode != 0:
        raise DeepDeskError(said or "It could not be gone back.")
    return said
