"""The Windows set-up, really made, unpacked, signed, and installed under wine where that is.

uv.exe is a made-up program here: one that notes how it was started.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "packaging")]

from installers import authenticode, windows, windows_contents  # noqa: E402
from installers.building import Release  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("makensis") is None, reason="makensis (nsis) is not there"),
]
FINGERPRINT = "ab" * 32
LIST_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DeepDesk"
SUFFIX_KEY = r"HKCU\Software\Classes\.deepdesk"
TYPE_KEY = r"HKCU\Software\Classes\DeepDesk.Project"
MENU_KEY = r"HKCU\Software\Classes\Directory\shell\DeepDesk"
NOTING = r"""
Unicode true
Target amd64-unicode
OutFile "{target}"
RequestExecutionLevel user
SilentInstall silent
Name noting
Section
  FileOpen $0 "C:\calls.txt" a
  FileSeek $0 0 END
  FileWriteUTF16LE $0 "$CMDLINE$\n"
  ReadEnvStr $1 PYTHONPATH
  FileWriteUTF16LE $0 "PYTHONPATH=$1$\n"
  ReadEnvStr $1 DEEPDESK_PAYLOAD
  FileWriteUTF16LE $0 "DEEPDESK_PAYLOAD=$1$\n"
  FileClose $0
SectionEnd
"""


@pytest.fixture(scope="module")
def noting(tmp_path_factory):
    """Return a Windows program that notes its command line in C:\\calls.txt."""
    folder = tmp_path_factory.mktemp("noting")
    script, target = folder / "noting.nsi", folder / "noting.exe"
    script.write_text(NOTING.format(target=target), encoding="utf-8")
    subprocess.run(["makensis", "-V1", str(script)], check=True)
    return target


def payload_of(folder, version, uv, *more):
    names = [f"deepdesk-{version}-py3-none-any.whl", "launcher.py", "locks/window.txt", *more]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{name} of {version}", encoding="utf-8")
    for name in ("uv.exe", "uvw.exe"):
        shutil.copy(uv, folder / name)
    release = Release(version, FINGERPRINT, "2026-11-21T21:00:00+00:00")
    (folder / "release.json").write_text(json.dumps(release._asdict()), encoding="utf-8")
    return release


@pytest.fixture(scope="module")
def made(tmp_path_factory, noting):
    """Return (set-up, payload) of 0.2.0, and the set-up of 0.1.0, which had a file more."""
    folder = tmp_path_factory.mktemp("made")
    payload = folder / "payload"
    windows.set_up_of(payload, payload_of(payload, "0.2.0", noting), folder / "new.exe")
    older = folder / "older"
    release = payload_of(older, "0.1.0", noting, "locks/gone.txt", "gone/b.txt")
    windows.set_up_of(older, release, folder / "old.exe")
    return folder / "new.exe", payload, folder / "old.exe"


@pytest.mark.skipif(shutil.which("7z") is None, reason="7z (p7zip-full) is not there")
def test_the_set_up_carries_the_payload_byte_for_byte(made):
    set_up, payload, _old = made

    assert windows_contents.differences(set_up, payload) == []
    assert {"DeepDesk.exe", "uninstall.exe"} <= set(windows_contents.contents(set_up))


@pytest.mark.skipif(shutil.which("7z") is None, reason="7z (p7zip-full) is not there")
def test_what_the_set_up_lacks_or_has_too_much_is_told(made, tmp_path):
    set_up, payload, _old = made
    other = tmp_path / "other"
    shutil.copytree(payload, other)
    (other / "launcher.py").write_text("other", encoding="utf-8")
    (other / "more.txt").touch()
    (other / "uvw.exe").unlink()

    found = windows_contents.differences(set_up, other)

    told = [
        "more.txt is missing.",
        "uvw.exe does not belong there.",
        "launcher.py is another file.",
    ]
    assert found == told


def test_both_programs_are_for_64_bits(made):
    set_up, payload, _old = made

    for program in (set_up, payload / "DeepDesk.exe"):
        assert windows_contents.machine_of(program) == windows_contents.X64


def test_the_same_payload_gives_the_same_bytes(made, tmp_path):
    set_up, payload, _old = made
    release = Release("0.2.0", FINGERPRINT, "2026-11-21T21:00:00+00:00")
    for path in payload.rglob("*"):
        os.utime(path, (1e9, 1e9))

    again = windows.set_up_of(payload, release, tmp_path / "again.exe")

    assert again.read_bytes() == set_up.read_bytes()


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """Name a certificate that its own maker vouches for; return its public half."""
    key, public = tmp_path / "key.pem", tmp_path / "public.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    make += ["-subj", "/CN=DeepDesk test", "-addext", "extendedKeyUsage=codeSigning"]
    quiet = {"check": True, "capture_output": True}
    subprocess.run([*make, "-keyout", key, "-out", public], **quiet)
    both, password = tmp_path / "both.pfx", tmp_path / "password"
    password.write_text("secret", encoding="utf-8")
    pack = ["openssl", "pkcs12", "-export", "-inkey", key, "-in", public, "-out", both]
    subprocess.run([*pack, "-passout", "pass:secret"], **quiet)
    monkeypatch.setenv(authenticode.CERTIFICATE, str(both))
    monkeypatch.setenv(authenticode.PASSWORD, str(password))
    return public


@pytest.mark.skipif(shutil.which("osslsigncode") is None, reason="osslsigncode is not there")
@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not there")
def test_set_up_and_program_carry_a_signature_that_holds(certificate, noting, tmp_path):
    payload = tmp_path / "payload"
    set_up = tmp_path / "signed.exe"
    windows.set_up_of(payload, payload_of(payload, "0.2.0", noting), set_up)

    for program in (set_up, payload / "DeepDesk.exe"):
        command = ["osslsigncode", "verify", "-CAfile", str(certificate), str(program)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


class Wine:
    """A made-up Windows of its own."""

    def __init__(self, prefix):
        self.drive = prefix / "drive_c"
        self.environment = dict(os.environ, WINEPREFIX=str(prefix), WINEDEBUG="-all", DISPLAY="")
        self.environment |= {"LC_ALL": "C.UTF-8", "PYTHONPATH": "/astray"}
        self.run("wineboot", "-i")
        self.be("win10")
        homes = (self.drive / "users").iterdir()
        self.home = next(path for path in homes if path.name != "Public")
        self.local = self.home / "AppData" / "Local"
        self.program = self.local / "Programs" / "DeepDesk"

    def run(self, *command):
        """Run a Windows program to its end; return its status and output."""
        # Not a pipe: what wine leaves running for a while would hold it open.
        with tempfile.TemporaryFile() as said:
            done = subprocess.run(
                ["wine", *map(str, command)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.DEVNULL,
                timeout=300,
            )
            said.seek(0)
            return done.returncode, said.read().decode("utf-8", "replace")

    def be(self, version):
        """Be another version of Windows."""
        self.run("reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", version, "/f")

    def files(self):
        """Return the files of the installed program, relative to its folder."""
        return {
            path.relative_to(self.program).as_posix()
            for path in self.program.rglob("*")
            if path.is_file()
        }

    def has(self, key):
        """Return whether the registry has a key."""
        return self.run("reg", "query", key)[0] == 0

    def until(self, is_so):
        """Wait until something is so: the uninstaller goes on in a copy of itself."""
        end = time.monotonic() + 120
        while not is_so() and time.monotonic() < end:
            self.run("cmd", "/c", "ver")
        assert is_so()


@pytest.fixture(scope="module")
def wine(tmp_path_factory):
    if shutil.which("wine") is None:
        pytest.skip("wine is not there")
    prefix = tmp_path_factory.mktemp("wine")
    made_up = Wine(prefix)
    yield made_up
    made_up.run("wineboot", "-k")
    # Half a gigabyte, and pytest keeps what its last runs leave.
    shutil.rmtree(prefix, ignore_errors=True)


def laid_down(payload):
    return windows_contents.files_of(payload) | {"uninstall.exe"}


def test_it_installs_updates_starts_and_leaves_nothing_but_what_is_the_persons(wine, made, noting):
    new, payload, old = made
    assert wine.run(old, "/S")[0] == 0
    assert "gone/b.txt" in wine.files()
    (wine.program / "mine.txt").touch()

    status, said = wine.run(new, "/S")

    assert status == 0
    assert "Visual C++" in said
    assert wine.files() == laid_down(payload) | {"mine.txt"}
    assert (wine.program / "uv.exe").read_bytes() == noting.read_bytes()
    assert "0.2.0" in wine.run("reg", "query", LIST_KEY)[1]
    assert all(wine.has(key) for key in (MENU_KEY, TYPE_KEY, SUFFIX_KEY))
    assert list(wine.home.rglob("Start Menu/Programs/DeepDesk.lnk"))
    starts_the_environment_in_use(wine, noting)
    uninstalls(wine)


def starts_the_environment_in_use(wine, noting):
    runtime = wine.local / "DeepDesk" / "runtime"
    for folder in ("env-b/Scripts", "python/cpython-3.12.16-windows-x86_64-none"):
        (runtime / folder).mkdir(parents=True)
        shutil.copy(noting, runtime / folder / "pythonw.exe")
    (runtime / "made-by-deepdesk").touch()
    home = r"C:\users\ü\AppData\Local\DeepDesk\runtime\python\cpython-3.12.16-windows-x86_64-none"
    configuration = runtime / "env-b" / "pyvenv.cfg"
    configuration.write_text(f"uv = 0.13.9\nhome = {home}\n", encoding="utf-8")
    (runtime / "current").write_text("b\n", encoding="ascii")
    ready = {"why": "ü" * 400, "fingerprint": FINGERPRINT}
    text = json.dumps(ready, ensure_ascii=False)
    (runtime / "env-b" / "deepdesk-ready.json").write_text(text, encoding="utf-8")
    calls = wine.drive / "calls.txt"

    wine.run(wine.program / "DeepDesk.exe", r"C:\Übung a\b.deepdesk")
    wine.until(lambda: calls.is_file() and calls.read_bytes().count(b"\n\0") >= 3)
    wine.run(wine.program / "DeepDesk.exe", "--repair")
    wine.until(lambda: calls.read_bytes().count(b"\n\0") >= 6)
    configuration.write_text("home = C:\\python\\cpython-3.12.15\n", encoding="utf-8")
    wine.run(wine.program / "DeepDesk.exe")
    wine.until(lambda: calls.read_bytes().count(b"\n\0") >= 9)

    project = wine.drive / "Meine Übung.deepdesk"
    project.mkdir()
    (project / "open.deepdesk").touch()
    # wine looks for what opens a file among what is installed for all users, Windows also here.
    for key in (SUFFIX_KEY, TYPE_KEY):
        wine.run("reg", "copy", key, key.replace("HKCU", "HKLM"), "/s", "/f")
    wine.run("start", "/wait", r"C:\Meine Übung.deepdesk\open.deepdesk")
    wine.until(lambda: calls.read_bytes().count(b"\n\0") >= 12)

    lines = calls.read_bytes().decode("utf-16-le").splitlines()
    assert lines[0].endswith(r'\env-b\Scripts\pythonw.exe" -m deepdesk "C:\Übung a\b.deepdesk"')
    assert lines[1] == "PYTHONPATH="
    assert lines[2].endswith(r"\AppData\Local\Programs\DeepDesk")
    assert lines[3].endswith(r'\Programs\DeepDesk\launcher.py" --repair')
    assert lines[6].rstrip().endswith(r'\Programs\DeepDesk\launcher.py"')
    assert lines[9].endswith(r'"C:\Meine Übung.deepdesk\open.deepdesk"')


def uninstalls(wine):
    runtime = wine.local / "DeepDesk" / "runtime"
    deep = runtime.joinpath("env-b", *["d" * 60] * 5)
    deep.mkdir(parents=True)
    (deep / "read only.txt").touch(0o444)
    (wine.local / "DeepDesk" / "preferences.json").touch()

    wine.run(wine.program / "uninstall.exe", "/S")

    wine.until(lambda: wine.files() == {"mine.txt"} and not wine.has(LIST_KEY))
    assert [path.name for path in (wine.local / "DeepDesk").iterdir()] == ["preferences.json"]
    assert not any(wine.has(key) for key in (MENU_KEY, TYPE_KEY, SUFFIX_KEY))
    assert not list(wine.home.rglob("Start Menu/Programs/DeepDesk.lnk"))


def test_what_a_link_leads_to_is_never_deleted(wine, made, tmp_path):
    new, _payload, _old = made
    wine.run(new, "/S")
    runtime = wine.local / "DeepDesk" / "runtime"
    runtime.mkdir(parents=True, exist_ok=True)
    (runtime / "made-by-deepdesk").touch()
    (tmp_path / "precious.txt").touch()
    (runtime / "elsewhere").symlink_to(tmp_path)
    (runtime / "env-a").mkdir()
    (runtime / "env-a" / "elsewhere").symlink_to(tmp_path)
    (runtime / "discarded-1").symlink_to(tmp_path)

    wine.run(wine.program / "uninstall.exe", "/S")

    wine.until(lambda: "uninstall.exe" not in wine.files())
    assert (tmp_path / "precious.txt").is_file()


def test_what_the_person_keeps_in_the_folder_stays(wine, made):
    new, _payload, _old = made
    wine.run(new, "/S")
    runtime = wine.local / "DeepDesk" / "runtime"
    shutil.rmtree(runtime, ignore_errors=True)
    names = ("env-a", "discarded-1", "aside-env-b", "current.tmp-1-2", "own/projects/mine.deepdesk")
    for name in names:
        (runtime / name / "inside").mkdir(parents=True)
    for name in ("made-by-deepdesk", "current", "set-up.log"):
        (runtime / name).touch()

    wine.run(wine.program / "uninstall.exe", "/S")

    wine.until(lambda: "uninstall.exe" not in wine.files())
    assert [path.name for path in runtime.iterdir()] == ["own"]
    assert (runtime / "own/projects/mine.deepdesk/inside").is_dir()
    assert not runtime.with_name("runtime.going").exists()
    shutil.rmtree(runtime)


@pytest.mark.parametrize("names", [[], ["somebody's.txt"]], ids=["empty", "somebody's"])
def test_the_console_marks_only_a_folder_that_was_empty(wine, made, monkeypatch, names):
    _new, payload, _old = made
    program, chosen = wine.drive / "console", wine.drive / "chosen"
    shutil.copytree(payload, program)
    chosen.mkdir()
    for name in names:
        (chosen / name).touch()
    monkeypatch.setitem(wine.environment, "DEEPDESK_RUNTIME", r"C:\chosen")

    _status, said = wine.run("cmd", "/c", r"C:\console\deepdesk-console.cmd", "--status")

    assert ("did not make" in said, "fetches Python" in said) == (bool(names), not names)
    assert [path.name for path in chosen.iterdir()] == (names or ["made-by-deepdesk"])
    shutil.rmtree(program)
    shutil.rmtree(chosen)


def test_another_folder_called_runtime_is_not_taken_away(wine, made):
    new, _payload, _old = made
    wine.run(new, "/S")
    runtime = wine.local / "DeepDesk" / "runtime"
    runtime.mkdir(parents=True, exist_ok=True)
    (runtime / "somebody's.txt").touch()

    wine.run(wine.program / "uninstall.exe", "/S")

    wine.until(lambda: "uninstall.exe" not in wine.files())
    assert (runtime / "somebody's.txt").is_file()


def test_an_older_windows_is_refused_with_a_sentence(wine, made):
    new, _payload, _old = made
    wine.be("win7")

    status, said = wine.run(new, "/S")

    wine.be("win10")
    assert status == 3
    assert "Windows 10" in said
