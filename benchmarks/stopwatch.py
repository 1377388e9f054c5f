"""Runs a command as a process of its own and says what it cost.

The system counts a fresh process's peak memory from that of the process it was split from, so the
command is started by a small interpreter that runs this file alone and has imported nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

# Commands run where our packages are found; all their paths are absolute.
HOME = Path(__file__).resolve().parent.parent
PAUSE = 0.05


class Cost(NamedTuple):
    """What a process and its children took, from its start to its end.

    `cpu` is user and system time. `memory` is the largest resident set of any one of the processes, or,
    where the whole tree was watched, the largest sum of their proportional sets; both in bytes.
    """

    cpu: float
    wall: float
    memory: int
    exit_code: int


class Failed(Exception):
    """Work was not done, or not as it should be, so that its figures are worth nothing."""


def timed(
    command: Sequence[str],
    log: Path,
    *,
    cores: Sequence[int] | None = None,
    tree: bool = False,
    good: Sequence[int] = (0,),
) -> Cost:
    """The cost of a command, pinned to `cores` where they are given.

    Its output goes to the file `log` and its errors to the same name with `.err`. With `tree` memory is
    summed over all its processes, which costs time of its own. Raises Failed for an exit code that is
    not in `good`.
    """
    # What an earlier command left for the disk must not be written in the time of this one.
    os.sync()
    task = {"command": list(command), "log": str(log), "cores": cores, "tree": tree}
    told = subprocess.run(
        [sys.executable, "-I", "-S", __file__, json.dumps(task)],
        stdout=subprocess.PIPE, check=True, text=True, cwd=HOME,
    )  # fmt: skip
    cost = Cost(**json.loads(told.stdout))
    if cost.exit_code not in good:
        errors = log.with_suffix(".err").read_text(errors="replace")
        raise Failed(f"{' '.join(command)}: exit code {cost.exit_code}\n{errors[-2000:]}")
    return cost


# --- the small interpreter --------------------------------------------------------------------------


def _run(task: dict[str, Any]) -> Cost:
    start = time.perf_counter()
    child = os.fork()
    if child == 0:
        _become(task)
    peak = _watched(child) if task["tree"] else 0
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    cpu = usage.ru_utime + usage.ru_stime
    memory = peak or usage.ru_maxrss * 1024
    return Cost(cpu, wall, memory, os.waitstatus_to_exitcode(status))


def _become(task: dict[str, Any]) -> None:
    """Turns the child into the command; an error must not come back as a second parent."""
    try:
        if task["cores"]:
            os.sched_setaffinity(0, task["cores"])
        for handle, path in ((1, task["log"]), (2, str(Path(task["log"]).with_suffix(".err")))):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), handle)
        os.execvp(task["command"][0], task["command"])
    finally:
        os._exit(127)


def _watched(child: int) -> int:
    """The largest memory of the child and all that it starts, until it ends."""
    peak = 0
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        peak = max(peak, sum(_proportional(each) for each in _tree(child)))
        time.sleep(PAUSE)
    return peak


def _tree(process: int) -> list[int]:
    found = [process]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            # A process may end between being found and being read.
            try:
                found += [int(child) for child in task.read_text().split()]
            except OSError:
                continue
    return found


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    print(json.dumps(_run(json.loads(sys.argv[1]))._asdict()))
