"""What every test shares: the tree, the plan, and a network that is not there."""

from __future__ import annotations

import ipaddress
import shutil
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from schema.writers.plan import Plan, load

HOME = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def home() -> Path:
    """The root of the repository."""
    return HOME


@pytest.fixture(scope="session")
def plan() -> Plan:
    """Everything that the schema says."""
    return load(HOME / "schema" / "harmtax.yaml")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the schema and of all that is made from it, to be edited at will."""
    parts = ("schema", "harmtax", "exports", "docs/reference", "tests/conformance")
    for part in parts:
        if (HOME / part).exists():
            shutil.copytree(
                HOME / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__")
            )
    return tmp_path


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent anywhere: a connection beyond this machine raises."""
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))


def _guarded(connect: Callable[[socket.socket, Any], Any]) -> Callable[[socket.socket, Any], Any]:
    def guarded(this: socket.socket, address: Any) -> Any:
        if this.family != socket.AF_UNIX and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address}")
        return connect(this, address)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
