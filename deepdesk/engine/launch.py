"""Starting several processes for one run, and finding the others as one of them.

torch's elastic launcher starts the processes, here or on several machines, and starts all of them
again when one dies; they go on from the last checkpoint. For several machines that see the same
folders it is called by hand, on each of them:

    torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-endpoint HOST:29400
        --max-restarts 3 -m deepdesk train PROJECT

Workers on a processor share it and talk by gloo. Workers on GPUs have one each, by their number on
the machine, and average gradients by NCCL; more workers than GPUs are refused (`team_run`). To try
that on a machine with two GPUs: one epoch with `--workers 1` and with `--workers 2`, float32 and
the same batch size; the losses of both logs agree to 1e-5.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.processes import python

MAX_RESTARTS = 3
_HERE = "127.0.0.1"
_LOOK_S = 0.5
# How long the others may take to end by themselves after the first one ended.
_GRACE_S = 10.0
_PATIENCE = timedelta(days=1)
_RUN, _TROUBLE, _OVER = "deepdesk/run", "deepdesk/trouble", "deepdesk/over"


def team_command(workers: int, *arguments: str) -> list[str]:
    """Return the command line that starts `workers` processes on this machine."""
    launcher = [python(), "-m", "torch.distributed.run"]
    # By number: a computer without a name for itself would look for one until the end of time.
    place = ["--rdzv-backend", "c10d", "--rdzv-endpoint", f"{_HERE}:0", "--local-addr", _HERE]
    place += ["--rdzv-id", secrets.token_hex(8)]
    count = ["--nproc-per-node", str(workers), "--max-restarts", str(MAX_RESTARTS)]
    return [*launcher, *place, *count, "-m", "deepdesk", *arguments]


def team_variables() -> dict[str, str]:
    """Return what the launcher needs in its environment."""
    # torch for Windows is built without libuv.
    return {"USE_LIBUV": "0"} if os.name == "nt" else {}


def is_worker(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether the launcher started this process."""
    return "TORCHELASTIC_RUN_ID" in environment and "WORLD_SIZE" in environment


class Meeting:
    """Where the processes of a launch find each other; it outlives the group when one dies.

    Attributes:
        rank: Number of this process, 0 for the first.
        size: Processes in all.
        local_size: On this machine.
        restarts: How often the launcher has started the group again.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self.rank = int(environment["RANK"])
        self.size = int(environment["WORLD_SIZE"])
        self.local_rank = int(environment.get("LOCAL_RANK", "0"))
        self.local_size = int(environment.get("LOCAL_WORLD_SIZE", "1"))
        self.restarts = int(environment.get("TORCHELASTIC_RESTART_COUNT", "0"))
        self._is_hosted = environment.get("TORCHELASTIC_USE_AGENT_STORE") == "True"
        self._place = (environment["MASTER_ADDR"], int(environment["MASTER_PORT"]))
        self._is_over = threading.Event()
        self.store = self._opened(is_host=not self._is_hosted and self.rank == 0)

    def _opened(self, *, is_host: bool) -> Any:
        import torch.distributed

        host, port = self._place
        uses_libuv = os.environ.get("USE_LIBUV", "1") != "0"
        return torch.distributed.TCPStore(  # type: ignore[attr-defined]
            host, port, is_master=is_host, timeout=_PATIENCE, use_libuv=uses_libuv
        )

    def group_store(self) -> Any:
        """Return torch's store for the group as it was started this time."""
        import torch.distributed

        name = f"deepdesk/group-{self.restarts}"
        return torch.distributed.PrefixStore(name, self.store)  # type: ignore[attr-defined]

    def run(self) -> str:
        """Return the run that this launch works on, "" before it was made."""
        return self._told(_RUN)

    def remember(self, run: str) -> None:
        """Let a group that starts again go on with this run."""
        self.store.set(_RUN, run)

    def leave_trouble(self, error: DeepDeskError) -> None:
        """Let the first process of the next group say what ended this one."""
        self.store.set(_TROUBLE, json.dumps({"message": error.message, "hint": error.hint}))

    def raise_trouble(self) -> None:
        """Raise what another process left behind.

        Raises:
            DeepDeskError: Once.
        """
        told = self._told(_TROUBLE)
        if told:
            self.store.delete_key(_TROUBLE)
            values = json.loads(told)
            raise DeepDeskError(str(values["message"]), str(values["hint"]))

    def end(self) -> None:
        """Let the others know that the run is over, whatever they are waiting for."""
        self._is_over.set()
        self.store.set(_OVER, "1")

    @property
    def is_over(self) -> bool:
        """Whether the first process has told how it ended."""
        return bool(self._told(_OVER))

    def watch(self) -> None:
        """End this process when the launcher is gone or the run has ended without it."""
        thread = threading.Thread(target=self._watch, name="deepdesk-team", daemon=True)
        thread.start()

    def _told(self, key: str) -> str:
        if not self.store.check([key]):
            return ""
        text: str = self.store.get(key).decode()
        return text

    def _watch(self) -> None:
        from deepdesk.project.owner import Owner

        launcher = Owner.of(os.getppid())
        store = self._opened(is_host=False)
        while not self._is_over.wait(_LOOK_S):
            if not launcher.is_alive():
                os._exit(1)
            if self.rank and _is_set(store):
                time.sleep(_GRACE_S)
                os._exit(0)


def _is_set(store: Any) -> bool:
    try:
        return bool(store.check([_OVER]))
    except RuntimeError:
        # Whoever held the store has ended, and with it the run.
        return True
