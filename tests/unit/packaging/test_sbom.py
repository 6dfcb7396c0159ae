"""The bill of materials, and the check that it is held to."""

from __future__ import annotations

import copy
import hashlib
import json
import sys
from pathlib import Path

import pytest

from tests.unit.packaging.made_up_payload import payload_in, uv_wheel_in

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import sbom, sbom_check, uv_bill  # noqa: E402


@pytest.fixture
def bill(tmp_path):
    """Return the bill of a made-up payload."""
    payload = payload_in(tmp_path / "payload")
    return sbom.bill_of(payload, system="windows", uv_wheel=uv_wheel_in(tmp_path))


def named(bill, name):
    (part,) = [part for part in bill["components"] if part["name"] == name]
    return part


def test_it_is_sound(bill):
    assert sbom_check.problems(bill) == []


def test_every_file_of_the_payload_is_in_it_with_its_hash(bill):
    assert named(bill, "locks/linux-cpu.txt")["type"] == "file"
    files = {part["name"]: part["hashes"] for part in bill["components"] if part["type"] == "file"}

    assert set(files) == {"locks/linux-cpu.txt", "locks/linux-cu126.txt", "release.json", "uv"}
    assert files["uv"] == [{"alg": "SHA-256", "content": hashlib.sha256(b"uv").hexdigest()}]


def test_what_is_fetched_has_the_hashes_of_the_lock(bill):
    (numpy,) = [part for part in bill["components"] if part.get("purl") == "pkg:pypi/numpy@2.4.6"]
    (files,) = [ref for ref in numpy["externalReferences"] if ref["type"] == "distribution"]

    assert [entry["content"] for entry in files["hashes"]] == ["a" * 64, "b" * 64]
    assert {"name": "deepdesk:locks", "value": "linux-cpu linux-cu126"} in numpy["properties"]


def test_proprietary_parts_are_told_apart(bill):
    terms = {"name": "deepdesk:terms", "value": "proprietary"}

    assert terms in named(bill, "nvidia-cublas")["properties"]
    assert terms not in named(bill, "numpy")["properties"]


def test_what_uv_was_built_from_lies_below_it(bill):
    (uv,) = [part for part in bill["components"] if part.get("purl") == "pkg:pypi/uv@0.13.9"]

    assert [crate["name"] for crate in uv["components"]] == ["adler2", "old", "silent"]
    assert uv["components"][1]["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert "licenses" not in uv["components"][2]


def test_a_wheel_without_a_bill_has_no_crates(tmp_path):
    import zipfile

    with zipfile.ZipFile(tmp_path / "uv-1.whl", "w") as wheel:
        wheel.writestr("uv/__init__.py", "")

    assert uv_bill.crates_in(tmp_path / "uv-1.whl") == ()


def test_the_same_payload_gives_the_same_bytes(tmp_path):
    payload, wheel = payload_in(tmp_path / "payload"), uv_wheel_in(tmp_path)
    path = payload / "sbom.json"

    sbom.write_sbom(path, payload=payload, system="linux", uv_wheel=wheel)
    first = path.read_bytes()
    sbom.write_sbom(path, payload=payload, system="linux", uv_wheel=wheel)

    assert path.read_bytes() == first
    assert "sbom.json" not in {part["name"] for part in json.loads(first)["components"]}


def test_a_lock_that_does_not_pin_everything_makes_the_bill_incomplete(tmp_path, bill):
    payload = payload_in(tmp_path / "another")
    (payload / "locks" / "linux-xpu.txt").write_text("# complete: no\nnumpy==2.4.6\n")

    told = sbom.bill_of(payload, system="linux")

    assert bill["compositions"][0]["aggregate"] == "complete"
    assert told["compositions"][0]["aggregate"] == "incomplete"
    said = {"name": "deepdesk:unfinished-locks", "value": "linux-xpu"}
    assert said in told["metadata"]["component"]["properties"]
    assert sbom_check.problems(told) == []


def test_systems_have_numbers_of_their_own(tmp_path):
    payload = payload_in(tmp_path)

    numbers = {sbom.bill_of(payload, system=name)["serialNumber"] for name in ("linux", "macos")}

    assert len(numbers) == 2


def test_the_one_beside_the_installer_lists_what_came_later_too(tmp_path):
    payload = payload_in(tmp_path / "payload")
    sbom.write_sbom(payload / "sbom.json", payload=payload, system="linux")
    (payload / "deepdesk").write_text("#!/bin/sh")

    path = sbom.bill_beside(payload, tmp_path, "linux")

    told, inner = json.loads(path.read_bytes()), json.loads((payload / "sbom.json").read_bytes())
    assert path.name == "DeepDesk-0.1.0-linux.cdx.json"
    assert {"deepdesk", "sbom.json"} <= {part["name"] for part in told["components"]}
    assert told["serialNumber"] != inner["serialNumber"]
    assert sbom_check.problems(told) == []


def test_sentences_are_no_expressions():
    assert sbom.is_expression("Apache-2.0 WITH LLVM-exception OR (MIT AND 0BSD)")
    assert not sbom.is_expression("none stated; all rights remain with the authors")
    assert not sbom.is_expression("MIT OR")
    assert not sbom.is_expression("")


BREAKS = {
    "is '1.5', not '1.6'": lambda bill: bill.update(specVersion="1.5"),
    "lacks serialNumber": lambda bill: bill.pop("serialNumber"),
    "unknown colour": lambda bill: bill.update(colour="red"),
    "is True, not 1": lambda bill: bill.update(version=True),
    "components is no list": lambda bill: bill.update(components={}),
    "components[0].hashes[0].content": lambda bill: bill["components"][0]["hashes"].append(
        bill["components"][0]["hashes"].pop() | {"content": "AB"}
    ),
    "components[0].type is 'thing'": lambda bill: bill["components"][0].update(type="thing"),
    "stands for two": lambda bill: bill["components"].append(bill["components"][0]),
    "is no component": lambda bill: bill["dependencies"][0]["dependsOn"].append("nobody"),
    "metadata.timestamp": lambda bill: bill["metadata"].update(timestamp="yesterday"),
    "purl is 'numpy'": lambda bill: bill["components"][-1].update(purl="numpy"),
    "no SPDX expression": lambda bill: bill["components"][-1].update(
        licenses=[{"expression": "do what you want"}]
    ),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_what_is_wrong_with_a_bill_is_said_with_its_place(bill, sentence):
    broken = copy.deepcopy(bill)

    BREAKS[sentence](broken)

    assert any(sentence in said for said in sbom_check.problems(broken))


@pytest.mark.parametrize("wrong", [None, [], "bill", 1])
def test_what_is_no_bill_at_all_is_refused(wrong):
    assert sbom_check.problems(wrong) == ["the bill is no record."]


def test_the_check_ends_with_a_status_for_scripts(bill, tmp_path, monkeypatch, capsys):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(bill))
    bad.write_text("{}")

    monkeypatch.setattr("sys.argv", ["sbom_check", str(good)])
    assert sbom_check.main() == 0
    monkeypatch.setattr("sys.argv", ["sbom_check", str(bad), str(good)])
    assert sbom_check.main() == 1
    assert "bad.json: the bill lacks bomFormat." in capsys.readouterr().err
