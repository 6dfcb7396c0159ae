"""Pretrained weights: fetched whole or not at all, checked, converted in a child, loaded."""

from __future__ import annotations

import dataclasses
import hashlib
import http.server
import json
import pickle
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
import torchvision

from deepdesk.core.errors import GraphError, StorageError
from deepdesk.core.events import Ended, Progress, Result
from deepdesk.core.work import StoppedError, StopToken, run
from deepdesk.nn import backbones, downloading, presets, pth_child, pth_conversion
from deepdesk.nn.backbone_facts import BACKBONES, STAGES, BackboneFacts
from deepdesk.nn.build import build, module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract

NAME = "shufflenet_v2_x1_0"
CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (4,)})


@dataclass
class Server:
    """Serves one file on this machine, as badly as it is told to."""

    data: bytes
    cut_after: int | None = None
    ranges: list[str] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def weights() -> dict[str, torch.Tensor]:
    """Return weights with torchvision's names; each value tells its name apart."""
    torch.manual_seed(1)
    state = torchvision.models.get_model(NAME, weights=None).state_dict()
    return {name: value.clone() for name, value in state.items()}


@pytest.fixture
def pth(tmp_path: Path, weights, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a .pth file of these weights, which the table now takes for the official one."""
    path = tmp_path / "weights.pth"
    torch.save(weights, path)
    expect(path, monkeypatch)
    return path


def expect(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the table expect this very file."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:8]
    facts = dataclasses.replace(
        BACKBONES[NAME],
        file_name=f"made-{digest}.pth",
        size_mib=max(path.stat().st_size, 1) / (1 << 20),
    )
    monkeypatch.setattr(backbones, "BACKBONES", {NAME: facts})


@pytest.fixture
def server(pth: Path) -> Iterator[Server]:
    """Yield a server on this machine that knows ranges."""
    state = Server(pth.read_bytes())

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range", "")
            state.ranges.append(asked)
            start = int(asked.removeprefix("bytes=").removesuffix("-") or 0) if asked else 0
            if start >= len(state.data):
                self.send_error(416)
                return
            body = state.data[start:]
            self.send_response(206 if asked else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if state.cut_after is None else body[: state.cut_after])

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as service:
        state.url = f"http://127.0.0.1:{service.server_address[1]}/made.pth"
        thread = threading.Thread(target=service.serve_forever, args=(0.01,))
        thread.start()
        yield state
        service.shutdown()
        thread.join()


def outcome(stop: StopToken | None = None, on: Callable[[Any], None] = lambda _: None, **kw: Any):
    events: list[Any] = []

    def emit(event: Any) -> None:
        events.append(event)
        on(event)

    run(backbones.download_work(NAME, **kw), emit, stop or StopToken())
    assert isinstance(events[-1], Ended)
    return events


def fake_conversion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convert within this process: the child takes seconds to load torch."""

    def convert(source: Path, target: Path, _stop: StopToken) -> None:
        safetensors.torch.save_file(pth_child.tensors_of(source), target)

    monkeypatch.setattr(downloading, "convert_pth", convert)


def test_a_download_is_checked_converted_and_loaded(server, weights, monkeypatch):
    fake_conversion(monkeypatch)

    events = outcome(url=server.url)
    state = backbones.weights_state(NAME)
    network = build(presets.backbone(NAME, pretrained=True, side_px=32), CONTRACT)

    assert events[-1] == Ended()
    assert events[-2] == Result(value=state)
    assert state.is_present
    done = [e.done for e in events if isinstance(e, Progress) and e.total]
    assert done == sorted(done)
    assert done[-1] == len(server.data)
    loaded = network.get_submodule("backbone").get_submodule("trunk").state_dict()
    assert loaded
    assert all(torch.equal(value, weights[name]) for name, value in loaded.items())
    assert [
        p.name for p in state.path.parent.iterdir() if "tmp" in p.name or "part" in p.name
    ] == []


def test_a_cut_connection_is_told_and_the_next_try_goes_on_from_there(server, monkeypatch):
    fake_conversion(monkeypatch)
    server.cut_after = 1_000_000

    broken = outcome(url=server.url)[-1]
    server.cut_after = None
    whole = outcome(url=server.url)[-1]

    assert isinstance(broken.error, StorageError)
    assert "goes on where it stopped" in broken.error.hint
    assert whole == Ended()
    assert server.ranges == ["", "bytes=1000000-"]


def test_a_stop_keeps_what_came_and_the_next_try_goes_on(server, monkeypatch):
    fake_conversion(monkeypatch)
    stop = StopToken()

    def stop_after_a_while(event: Any) -> None:
        if isinstance(event, Progress) and event.done > 500_000:
            stop.stop()

    stopped = outcome(stop, stop_after_a_while, url=server.url)[-1]
    assert not backbones.weights_state(NAME).is_present
    again = outcome(url=server.url)[-1]

    assert stopped.stopped
    assert again == Ended()
    assert int(server.ranges[1].removeprefix("bytes=").removesuffix("-")) > 500_000


def test_another_file_is_refused_and_deleted(server):
    server.data = bytes([server.data[0] ^ 1]) + server.data[1:]

    ended = outcome(url=server.url)[-1]

    assert "contents differ" in ended.error.message
    assert not list(backbones.weights_folder().iterdir())


def test_an_endless_file_is_cut_off(server):
    server.data = server.data * 3

    ended = outcome(url=server.url)[-1]

    assert "contents differ" in ended.error.message
    assert not list(backbones.weights_folder().iterdir())


def test_a_finished_part_is_used_without_fetching_it_again(server, monkeypatch):
    fake_conversion(monkeypatch)
    path = backbones.weights_state(NAME).path
    path.parent.mkdir(parents=True)
    path.with_suffix(".pth.part").write_bytes(server.data)

    assert outcome(url=server.url)[-1] == Ended()


@pytest.mark.parametrize("url", ["http://example.org/a.pth", "file:///etc/passwd", "ftp://a/b"])
def test_an_address_that_is_not_safe_is_refused(pth, url):
    assert "no safe address" in outcome(url=url)[-1].error.message


def test_no_connection_is_one_sentence(pth):
    ended = outcome(url="http://127.0.0.1:1/made.pth")[-1]

    assert isinstance(ended.error, StorageError)
    assert ended.report == ""


def test_a_file_of_the_person_serves_as_well(pth, monkeypatch):
    fake_conversion(monkeypatch)

    assert outcome(file=pth)[-1] == Ended()
    assert backbones.weights_state(NAME).is_present


def test_a_safetensors_file_of_the_person_serves_as_well(pth, weights, tmp_path):
    path = tmp_path / "mine.safetensors"
    safetensors.torch.save_file(weights, path)

    assert outcome(file=path)[-1] == Ended()
    build(presets.backbone(NAME, pretrained=True, side_px=32), CONTRACT)


def test_a_safetensors_file_of_something_else_is_refused_when_loaded(pth, tmp_path):
    path = tmp_path / "mine.safetensors"
    safetensors.torch.save_file({"a": torch.zeros(2)}, path)
    outcome(file=path)

    with pytest.raises(StorageError, match="damaged"):
        build(presets.backbone(NAME, pretrained=True, side_px=32), CONTRACT)


@pytest.mark.parametrize("contents", [b"", b"not weights", b"\xff" * 100])
def test_a_broken_safetensors_file_is_refused(pth, tmp_path, contents):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(contents)

    ended = outcome(file=path)[-1]

    assert isinstance(ended.error, StorageError)
    assert not backbones.weights_state(NAME).is_present


def test_a_missing_file_is_told(pth, tmp_path):
    assert "There is no file" in outcome(file=tmp_path / "none.pth")[-1].error.message


def test_a_single_turned_bit_on_the_disk_is_found(pth, monkeypatch):
    fake_conversion(monkeypatch)
    outcome(file=pth)
    path = backbones.weights_state(NAME).path
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with pytest.raises(StorageError, match="damaged"):
        build(presets.backbone(NAME, pretrained=True, side_px=32), CONTRACT)


def test_missing_weights_name_the_block_and_the_size():
    with pytest.raises(GraphError) as caught:
        build(presets.backbone(NAME, pretrained=True, side_px=32), CONTRACT)

    assert (caught.value.node, caught.value.code) == ("backbone", "weights_missing")
    assert "9 MB" in caught.value.hint


def test_a_stop_ends_the_child_and_leaves_nothing(pth, tmp_path):
    stop = StopToken()
    stop.stop()

    with pytest.raises(StoppedError):
        pth_conversion.convert_pth(pth, tmp_path / "out.safetensors", stop)

    assert not (tmp_path / "out.safetensors").exists()


def test_a_child_that_takes_too_long_is_ended(pth, tmp_path, monkeypatch):
    monkeypatch.setattr(pth_conversion, "TIMEOUT_S", 0.0)

    with pytest.raises(StorageError, match="too much memory or time"):
        pth_conversion.convert_pth(pth, tmp_path / "out.safetensors", StopToken())


@pytest.mark.parametrize("event", ["socket.connect", "subprocess.Popen", "os.system", "os.remove"])
def test_the_child_may_not_reach_out(event):
    with pytest.raises(RuntimeError, match="not allowed"):
        pth_child.forbid(event, ())


@pytest.mark.parametrize("event", ["open", "import", "pickle.find_class"])
def test_the_child_may_read(event):
    pth_child.forbid(event, ())


@pytest.mark.slow
def test_a_file_is_converted_in_a_child_of_its_own(pth, weights, tmp_path):
    target = tmp_path / "out.safetensors"

    pth_conversion.convert_pth(pth, target, StopToken())

    converted = safetensors.torch.load_file(target)
    assert converted.keys() == weights.keys()
    assert all(torch.equal(converted[name], weights[name]) for name in weights)


class Evil:
    """Writes a file when it is unpickled by someone careless."""

    def __init__(self, canary: str) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (self.canary, "w")


def evil_pickle(path: Path, canary: Path) -> None:
    path.write_bytes(pickle.dumps({"a": Evil(str(canary))}))


def evil_archive(path: Path, canary: Path) -> None:
    torch.save({"a": Evil(str(canary))}, path)


def bomb(path: Path, _canary: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"\0" * (1 << 24))


def not_finite(path: Path, _canary: Path) -> None:
    torch.save({"a": torch.tensor([float("nan")])}, path)


def a_list(path: Path, _canary: Path) -> None:
    torch.save([torch.zeros(2)], path)


@pytest.mark.slow
@pytest.mark.parametrize("make", [evil_pickle, evil_archive, bomb, not_finite, a_list])
def test_a_hostile_file_is_refused_and_runs_nothing(tmp_path, make):
    source, canary = tmp_path / "evil.pth", tmp_path / "canary"
    make(source, canary)

    with pytest.raises(StorageError, match="cannot be used"):
        pth_conversion.convert_pth(source, tmp_path / "out.safetensors", StopToken())

    assert not canary.exists()
    assert not (tmp_path / "out.safetensors").exists()


@pytest.mark.parametrize("facts", BACKBONES.values(), ids=lambda facts: facts.name)
def test_the_table_agrees_with_the_installed_torchvision(facts: BackboneFacts):
    official = torchvision.models.get_model_weights(facts.name).DEFAULT

    assert official.url.endswith("/" + facts.file_name)
    assert backbones.weights_state(facts.name).url == official.url
    assert official.meta["_file_size"] == facts.size_mib
    assert len(facts.hash_start) >= 8
    int(facts.hash_start, 16)


@pytest.mark.parametrize("facts", BACKBONES.values(), ids=lambda facts: facts.name)
def test_each_stage_of_a_backbone_freezes_more_and_the_last_all_of_it(facts: BackboneFacts):
    shape = (3, facts.fixed_side_px or 64, facts.fixed_side_px or 64)
    learning = []
    for frozen in range(STAGES + 1):
        config = BLOCKS["backbone"].config(name=facts.name, frozen_stages=frozen)
        trunk = module_of("backbone", config, (shape,)).get_submodule("trunk")
        learning.append(sum(p.requires_grad for p in trunk.parameters()))

    assert len(facts.stages) == STAGES
    assert learning == sorted(set(learning), reverse=True)
    left = learning[-1]
    assert left <= 2  # the closing norm of a vision transformer belongs to no stage


def test_the_note_beside_the_weights_is_plain_json(pth, monkeypatch):
    fake_conversion(monkeypatch)
    outcome(file=pth)
    path = backbones.weights_state(NAME).path

    note = json.loads(path.with_suffix(".json").read_text())

    assert note["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
