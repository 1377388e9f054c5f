"""The policy of a publication: what is promised, which tables are tried, and what may be hidden."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harmtax._generated.constraints import DIMENSIONS
from harmtax.errors import BadUse, Unreadable

# One table of a plan: the dimensions that it is broken down by, in the order of the standard.
Breakdown = tuple[str, ...]
# Prefix of a dimension of which only the codes at the top of the tree are published.
TOPS = "top:"


@dataclass(frozen=True, slots=True)
class Policy:
    """What a publication promises, and how.

    `k`: quantities from 1 to k - 1 are small; each could be anything from its floor to floor + k.
    `plans`: plans of tables from fine to coarse, each a tuple of breakdowns; `top:category` stands
    for the top categories alone. Without plans they are made from what the observations hold.
    `max_hidden`: share of the numbers other than zero that a plan may hide; `max_mass`: share of the
    incidents that may lie in hidden cells of the finest tables. Beyond either the next plan is
    tried; the last one is taken whatever it hides. `zeros`: "shown", or "hideable" where presence
    itself is sensitive. `insiders`: also prove every number against each reporter, who knows his
    own. `corrections`: "refused" where a revision would show a small change, or "listed".
    `nodes`: the limit of the integer solver, in nodes and never in seconds.

    Raises BadUse for values that make no sense.
    """

    k: int = 5
    plans: tuple[tuple[Breakdown, ...], ...] = ()
    max_hidden: float = 0.25
    max_mass: float = 0.10
    zeros: str = "shown"
    insiders: bool = False
    corrections: str = "refused"
    nodes: int = 200

    def __post_init__(self) -> None:
        if self.k < 3:
            raise BadUse(f"k is {self.k}; below 3 nothing is protected")
        for name in ("max_hidden", "max_mass"):
            if not 0 <= getattr(self, name) <= 1:
                raise BadUse(f"{name} is a share from 0 to 1")
        _one_of("zeros", self.zeros, ("shown", "hideable"))
        _one_of("corrections", self.corrections, ("refused", "listed"))
        if self.nodes < 1:
            raise BadUse("nodes is at least 1")
        for plan in self.plans:
            for breakdown in plan:
                _known(breakdown)

    def told(self) -> dict[str, Any]:
        """The policy as plain values, for the metadata of a publication."""
        return json.loads(json.dumps(asdict(self)))  # type: ignore[no-any-return]

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Policy:
        """The policy of plain values, as `told` gives them. Raises BadUse."""
        unknown = sorted(set(told) - set(cls.__dataclass_fields__))
        if unknown:
            known = ", ".join(cls.__dataclass_fields__)
            raise BadUse(f"a policy has no {', '.join(unknown)}; it has: {known}")
        values = dict(told)
        try:
            values["plans"] = tuple(
                tuple(tuple(map(str, breakdown)) for breakdown in plan)
                for plan in values.get("plans", ())
            )
            return cls(**values)
        except TypeError as error:
            raise BadUse(f"the policy does not hold: {error}") from None

    @classmethod
    def read(cls, path: Path) -> Policy:
        """The policy of a TOML file. Raises Unreadable, and BadUse for what it does not know."""
        try:
            return cls.of(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            if isinstance(error, BadUse):
                raise
            raise Unreadable(path, str(error)) from error


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise BadUse(f"{name} is {value!r}; known: {', '.join(known)}")


def _known(breakdown: Breakdown) -> None:
    for name in breakdown:
        if name.removeprefix(TOPS) not in DIMENSIONS:
            raise BadUse(f"the dimension {name!r} is not known; known: {', '.join(DIMENSIONS)}")
