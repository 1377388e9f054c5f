"""A pattern matches in a column as it matches in each of its texts."""

from __future__ import annotations

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmtax._generated.constraints import RECORDS
from harmtax.records.matching import matches

FOUND = {field.pattern for table in RECORDS.values() for field in table.fields if field.pattern}
# What the schema does not hold today: lengths of their own, a class without a hyphen, long counts.
PATTERNS = sorted(
    FOUND | {"^[a-c]{2,3}$", "^[A-Z0-9_]{0,4}$", "^[x]{1,1}$", "^(ab|[0-9]{0,1500})$"}
)
TEXTS = st.text(st.sampled_from("abcxyzABC019_-.: \n\x00éTZ"), max_size=6) | st.text(max_size=4)


@pytest.mark.parametrize("pattern", PATTERNS)
@given(data=st.data())
@settings(deadline=None)
def test_a_column_matches_as_its_texts_do(pattern: str, data: st.DataObject) -> None:
    right = st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)
    # Few and many different values are matched in different ways.
    drawn = data.draw(st.lists(right | TEXTS | st.none(), max_size=12))
    spoilt = [f"{text}{more}" for text in drawn if text for more in ("\n", " ", "é", "\x00")]
    texts = [*drawn, *spoilt] * data.draw(st.sampled_from((1, 40)))
    texts += [f"{number}" for number in range(data.draw(st.sampled_from((0, 600))))]
    found = matches(pa.array(texts, pa.string()), pattern).to_pylist()
    full = re.compile(pattern).fullmatch
    assert found == [None if text is None else full(text) is not None for text in texts]
