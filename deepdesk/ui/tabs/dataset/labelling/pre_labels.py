"""Proposals on the canvas: asked for, shown, accepted, dropped."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject

from deepdesk.core.drawing import Drawing, Region
from deepdesk.core.drawing_edits import with_shapes
from deepdesk.core.errors import DeepDeskError
from deepdesk.data.proposals import Proposal, without_known
from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas
from deepdesk.ui.tabs.dataset.labelling.proposing import Network, Picture, Proposed, Proposer
from deepdesk.ui.tabs.dataset.labelling.side_panel import ProposalBox


class PreLabels(QObject):
    """What the network suggests for the picture that is worked on."""

    def __init__(self, canvas: Canvas, proposer: Proposer, box: ProposalBox) -> None:
        super().__init__(canvas)
        self._canvas, self._proposer, self._box = canvas, proposer, box
        self._sample: Sample | None = None
        self._asked_of: Network | None = None
        proposer.networks_found.connect(lambda _found: self._found())
        proposer.proposed.connect(self._take)
        proposer.failed.connect(self._fail)
        canvas.proposal_taken.connect(self.accept_one)
        box.network_chosen.connect(self._choose)
        box.asked.connect(lambda _none: self.ask())
        box.accepted.connect(lambda _none: self.accept_all())
        box.dropped.connect(lambda _none: self.drop())

    def begin(self, sample: Sample, *, is_labelled: bool) -> None:
        """Take another picture; one that nobody has labelled gets proposals by itself."""
        self._sample = sample
        self._show(())
        if not is_labelled:
            self.ask()

    def end(self) -> None:
        """Let the picture go."""
        self._sample = None
        self._show(())

    def ask(self) -> None:
        """Ask what is on the picture."""
        if self._sample is not None and self._proposer.network is not None:
            self._box.show_count(0, "The network looks at the picture…")
            self._asked_of = self._proposer.network
            self._proposer.ask(Picture(id=self._sample.id, path=self._sample.path))

    def accept(self) -> bool:
        """Take the selected proposal, or all; False if there is none."""
        if self._canvas.scene.chosen >= 0:
            return self.accept_one(self._canvas.scene.chosen)
        return self.accept_all()

    def accept_one(self, at: int, label: str = "") -> bool:
        """Take one proposal, perhaps as another class."""
        scene = self._canvas.scene
        if not 0 <= at < len(scene.proposals) or self._canvas.is_locked:
            return False
        shape = scene.proposals[at].shape
        shape = replace(shape, label=label or shape.label)
        rest = tuple(one for place, one in enumerate(scene.proposals) if place != at)
        drawing = with_shapes(scene.drawing, [shape])
        self._show(rest)
        text = f"Accepted “{shape.label}”"
        self._canvas.change(text, drawing, frozenset([len(drawing.shapes) - 1]))
        return True

    def accept_all(self) -> bool:
        """Take all proposals, below what is drawn by hand; False if there is none."""
        scene = self._canvas.scene
        if not scene.proposals or self._canvas.is_locked:
            return False
        shapes = tuple(proposal.shape for proposal in scene.proposals)
        drawing = replace(scene.drawing, shapes=(*shapes, *scene.drawing.shapes))
        self._show(())
        many = "1 proposal" if len(shapes) == 1 else f"{len(shapes)} proposals"
        self._canvas.change(f"Accepted {many}", drawing)
        return True

    def drop(self) -> bool:
        """Take none of them, or only the selected one away; False if there is none."""
        scene = self._canvas.scene
        if not scene.proposals:
            return False
        kept = (
            ()
            if scene.chosen < 0
            else tuple(one for place, one in enumerate(scene.proposals) if place != scene.chosen)
        )
        self._show(kept)
        return True

    def follow(self, drawing: Drawing) -> None:
        """Drop the proposals that show what was just drawn by hand."""
        scene = self._canvas.scene
        if scene.proposals and drawing.shapes:
            newest = replace(drawing, shapes=drawing.shapes[-1:])
            kept = tuple(without_known(scene.proposals, newest))
            if len(kept) != len(scene.proposals):
                self._show(kept)

    def _found(self) -> None:
        """Show the runs; another best one is asked about what nobody has labelled yet."""
        count, words = len(self._canvas.scene.proposals), self._box.words.text()
        network, before = self._proposer.network, self._asked_of
        self._box.show_networks(self._proposer.networks, network)
        drawing = self._canvas.scene.drawing
        is_new = self._sample is not None and not drawing.shapes and drawing.mask is None
        if is_new and network is not None and network != before:
            self.ask()
        elif count:
            self._box.show_count(count, words)

    def _choose(self, run: str) -> None:
        self._proposer.choose(run)
        self.ask()

    def _take(self, proposed: Proposed) -> None:
        if self._sample is None or proposed.id != self._sample.id:
            return
        if proposed.error:
            self._show((), proposed.error)
            return
        kept = _unknown(proposed.proposals, self._canvas.scene.drawing)
        words = "" if kept else "The network finds nothing new here."
        self._show(tuple(kept), words)

    def _fail(self, error: DeepDeskError) -> None:
        self._box.show_count(0, str(error))

    def _show(self, proposals: tuple[Proposal, ...], words: str = "") -> None:
        canvas = self._canvas
        canvas.scene.chosen = -1
        if canvas.scene.proposals != proposals:
            canvas.scene.proposals = proposals
            canvas.ground.forget()
            canvas.rest_soon()
        if proposals and not words:
            words = "Enter takes all of them; of one that is clicked it takes that one alone."
        self._box.show_count(len(proposals), words)
        canvas.selection_changed.emit(None)
        canvas.update()


def _unknown(proposals: tuple[Proposal, ...], drawing: Drawing) -> list[Proposal]:
    """Return what is not drawn yet; of painted classes those that have no region at all."""
    painted = {shape.label for shape in drawing.shapes if isinstance(shape, Region)}
    if drawing.mask is not None:
        painted |= {name for _value, name in drawing.mask.names}
    regions = [
        one for one in proposals if isinstance(one.shape, Region) and one.shape.label not in painted
    ]
    others = [one for one in proposals if not isinstance(one.shape, Region)]
    return regions + without_known(others, drawing)
