"""Several metrics of the same records: the equations between them, and attackers who think of records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax.errors import BadUse
from harmtax.figures.disclosure.cells import JOINT, Book, Cell
from harmtax.figures.disclosure.knowledge import written
from harmtax.figures.disclosure.meets import meets, pairs
from harmtax.figures.disclosure.plan import Plan
from harmtax.figures.disclosure.rows import quantities, values
from harmtax.figures.disclosure.rows import rows as rows_of
from harmtax.figures.policy import Policy
from harmtax.figures.protection import check, protect
from harmtax.figures.publication import Publication
from tests.figures_by_hand import observations
from tests.forging import forged
from tests.joint_numbers import PERIOD, World, codes, counts, known, reach

K = 5
# In this world the tables of two metrics hang together in a circle that a witness would tear.
TORN = 18
# Each of these gave a small number away before its relation was known to the proof.
ATTACKED = (37, 86, 133, 216, 240)


class Strict(Book):
    """A book that forgives no equation."""

    def relate(self, terms: Sequence[tuple[Cell, int]], rest: Cell | None) -> None:
        before = len(self.equations)
        super().relate(terms, rest)
        assert len(self.equations) > before, f"{rest and rest.name} is not what is left of {terms}"


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 100_000))
def test_every_equation_between_metrics_holds_whatever_the_records_are(seed: int) -> None:
    world = World.drawn(seed)
    plan = Plan(world.plan)
    counted = values(rows_of(observations(world.rows()).table))
    joint, open_ = meets(quantities(), counted, pairs(quantities(), {c.quantity for c in counted}))
    of = {**quantities(), **joint}
    met = {
        cell: sum(
            many
            for many, record in zip(world.many, world.records, strict=True)
            if many
            and counts(of[cell.quantity], record)
            and all(code in codes(record, name) for name, code in cell.codes)
        )
        for cell in open_
    }
    book = Strict(of, {**counted, **met}, unknown=set(open_))
    written(book, {PERIOD: [plan]})
    for row in book.equations:
        assert sum(book.value(cell) * sign for cell, sign in row) == 0
    assert all(book.value(cell) >= 0 for cell in book.rests)


def attacked(world: World) -> tuple[Publication, list[Any]]:
    """A protected publication of a world, and the small numbers that its records give away."""
    policy = Policy(max_hidden=1, max_mass=1, plans=(world.plan,))
    publication = protect(observations(world.rows()), policy)
    assert check(publication, publication.evidence) == []
    sums = {(*side, at): places for side, of in world.sides().items() for at, places in of.items()}
    small = [(name, each) for name, each in sums.items() if 0 < world.total(each) < K]
    # What is left of one number when another that it holds is taken away.
    held = {name: frozenset(each) for name, each in sums.items()}
    differences = {
        held[one] - held[other] for one in held for other in held if held[other] < held[one]
    }
    small += [("difference", sorted(each)) for each in sorted(differences, key=sorted)[:40]]
    small = [(name, each) for name, each in small if 0 < world.total(each) < K]
    facts = known(world, publication.table.to_pylist())
    found = reach(world, facts, [each for _, each in small])
    return publication, [
        (name, world.total(each), low, high)
        for (name, each), (low, high) in zip(small, found, strict=True)
        if high < low + K - 1e-6 and high < K - 1e-6
    ]


@pytest.mark.parametrize("seed", ATTACKED)
def test_an_attacker_who_thinks_of_records_finds_no_small_number(seed: int) -> None:
    _, found = attacked(World.drawn(seed))
    assert found == []


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 399))
def test_no_drawn_world_gives_a_small_number_away(seed: int) -> None:
    assert attacked(World.drawn(seed))[1] == []


def test_what_two_metrics_count_together_belongs_to_the_proof_where_a_witness_needs_it() -> None:
    publication, _ = attacked(World.drawn(TORN))
    values = publication.evidence.values
    met = {name for name in values if JOINT in name}
    assert met
    # Nobody is shown it, and nothing small can be said of it.
    assert not {name for name in publication.table["metric_id"].to_pylist() if JOINT in name}
    with pytest.raises(BadUse, match="together"):
        check(*forged(publication, values={**values, **dict.fromkeys(met, 1_000)}))
    some = {name: n for name, n in values.items() if name != min(met)}
    with pytest.raises(BadUse, match="together"):
        check(*forged(publication, values=some))
