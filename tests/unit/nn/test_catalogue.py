"""The catalogue is closed, and light enough for the window's thread."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deepdesk.nn.catalogue import BLOCKS

ROOT = Path(__file__).resolve().parents[3]


def test_nothing_can_be_added_while_the_program_runs():
    with pytest.raises(TypeError):
        BLOCKS["os.system"] = BLOCKS["add"]


def test_each_block_stands_under_its_own_key():
    assert all(key == block.key for key, block in BLOCKS.items())


def test_graphs_shapes_and_presets_need_no_torch():
    code = (
        "import sys; from deepdesk.nn import presets, shapes; "
        "shapes.shapes_of(presets.residual()); print('torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)

    assert done.stdout.strip() == "False", done.stderr
