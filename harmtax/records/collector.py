"""Python's collector of cycles, which a stream of batches had better do without for a while."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """No cycles are looked for meanwhile; afterwards all is as it was.

    A batch makes objects by the hundred thousand, of which none is in a cycle but what an exception
    holds. Looking for cycles among them again and again took up to a quarter of the time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
