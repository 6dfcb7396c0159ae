"""NVIDIA's cards, as `nvidia-smi` knows them."""

from __future__ import annotations

import re
from pathlib import PureWindowsPath

from deepdesk.launcher.asking_tools import NOT_THERE, TOO_SLOW
from deepdesk.launcher.machine import Answer, Gpu, Surroundings

LIMIT_S = 3.0
FIELDS = "name,driver_version,compute_cap,memory.total"
OLD_FIELDS = "name,driver_version,memory.total"  # drivers before 510 know no compute_cap
MIB = 1024**2
MOST_CARDS = 64
LINUX_PATHS = ("nvidia-smi", "/usr/bin/nvidia-smi", "/usr/lib/wsl/lib/nvidia-smi")
MISMATCH = "version mismatch"

# Where nvidia-smi does not say it: part of the name -> compute capability, the first that fits.
BY_NAME: tuple[tuple[str, tuple[int, int]], ...] = (
    (r"\bRTX (PRO )?(5\d{3}|6000 Blackwell)", (12, 0)),
    (r"\b(B100|B200|GB200)\b", (10, 0)),
    (r"\b(H100|H200|H800|GH200)\b", (9, 0)),
    (r"\bRTX 4\d{3}\b|\b(L4|L40S?)\b|\bRTX \d000 Ada\b", (8, 9)),
    (r"\b(A100|A30|A800)\b", (8, 0)),
    (r"\bRTX (30\d\d|A\d{4})\b|\b(A2|A10|A16|A40)\b", (8, 6)),
    (r"\bGTX 16\d\d\b|\bRTX 20\d\d\b|\bT4\b|\bQuadro RTX\b|\bTITAN RTX\b|\bMX(45|55)0\b", (7, 5)),
    (r"\bT\d{3,4}\b", (7, 5)),
    (r"\b(V100|TITAN V|GV100)\b", (7, 0)),
    (r"\bP100\b|\bGP100\b", (6, 0)),
    (r"\bGTX? 10\d\d\b|(?<!GTX )\bTITAN Xp?\b|\bP40?\b|\bQuadro P\d|\bMX[123]\d0\b", (6, 1)),
    (r"\bGTX (9\d\d|TITAN X\b)|\bM(40|60|4)\b|\bQuadro M[456]000\b", (5, 2)),
    (r"\bGTX 7[45]0|\bGT(X)? 8[345]0M|\bQuadro [KM]\d{3,4}\b|\bGT 9\d\d|\b9[0-9]0MX?\b", (5, 0)),
    (r"\bGTX [67]\d\d|\bGT [67]\d\d|\bK[2468]0\b", (3, 5)),
)


def compute_of(name: str) -> tuple[int, int] | None:
    """Return the compute capability that cards of this name have, None where none is known."""
    for pattern, compute in BY_NAME:
        if re.search(pattern, name, re.IGNORECASE):
            return compute
    return None


def ask_cards(here: Surroundings, limit_s: float = LIMIT_S) -> tuple[list[Gpu], list[str]]:
    """Return NVIDIA's cards and what went wrong, in sentences; neither without its driver.

    Args:
        limit_s: Seconds that one question may take.
    """
    notes: list[str] = []
    for path in paths(here):
        answer = here.ask(query(path, FIELDS), limit_s)
        if answer.code > 0 and "compute_cap" in answer.text:
            answer = here.ask(query(path, OLD_FIELDS), limit_s)
        if answer.code == 0 and (found := read_cards(answer.text)):
            return found, []
        if answer.code != NOT_THERE:  # it is there, and another path leads to the same one
            notes.append(sentence(answer))
            break
    return [], notes


def paths(here: Surroundings) -> list[str]:
    """Return where `nvidia-smi` may be, the likeliest first."""
    if here.system == "linux":
        return list(LINUX_PATHS)
    if here.system != "windows":
        return []
    windows = PureWindowsPath(here.environment.get("SYSTEMROOT", r"C:\Windows"))
    programs = PureWindowsPath(here.environment.get("PROGRAMFILES", r"C:\Program Files"))
    return [
        str(windows / "System32" / "nvidia-smi.exe"),
        str(programs / "NVIDIA Corporation" / "NVSMI" / "nvidia-smi.exe"),
    ]


def query(path: str, fields: str) -> list[str]:
    """Return the command that lists the cards."""
    return [path, f"--query-gpu={fields}", "--format=csv,noheader"]


def read_cards(text: str) -> list[Gpu]:
    """Return the cards in what `nvidia-smi` printed; lines of another form are passed over."""
    cards = (read_card([part.strip() for part in line.split(",")]) for line in text.split("\n"))
    return [card for card in cards if card is not None][:MOST_CARDS]


def read_card(parts: list[str]) -> Gpu | None:
    """Return the card in the parts of a line, None where they are no card."""
    if len(parts) not in (3, 4):
        return None
    name, driver, memory = parts[0], parts[1], parts[-1]
    if not is_name(name) or not re.fullmatch(r"[0-9]{3,4}(\.[0-9]{1,4}){0,2}", driver):
        return None
    compute = re.fullmatch(r"(\d{1,2})\.(\d)", parts[2]) if len(parts) == 4 else None
    size = re.match(r"(\d{1,9})(\.\d+)? MiB", memory)
    return Gpu(
        name=name,
        maker="nvidia",
        compute=(int(compute[1]), int(compute[2])) if compute else compute_of(name),
        driver=driver,
        memory_bytes=int(size[1]) * MIB if size else 0,
    )


def is_name(text: str) -> bool:
    """Return whether a text may be the name of a card: short, and of letters that can be shown."""
    return 0 < len(text) <= 100 and text.isprintable() and not set(text) & set("<>\ufffd")


def sentence(answer: Answer) -> str:
    """Return what went wrong with `nvidia-smi`, for a person."""
    if MISMATCH in answer.text:
        return "NVIDIA's driver was updated while it ran; restart the computer to use the card."
    if answer.code == TOO_SLOW:
        return f"NVIDIA's driver gave no answer within {LIMIT_S:.0f} seconds."
    first = next((line.strip() for line in answer.text.splitlines() if line.strip()), "")
    printable = "".join(letter for letter in first if is_name(letter))[:160].strip()
    return f"NVIDIA's driver does not answer: {printable or 'it said nothing'}"
