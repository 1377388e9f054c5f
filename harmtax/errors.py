"""What is raised when harmtax is used wrongly; faults in data are findings and raise nothing.

    HarmtaxError
    ├── UnknownCode (KeyError)
    ├── UnknownFormat (KeyError)
    │   └── UntoldFormat
    ├── UnknownMetric (KeyError)
    ├── UnsupportedVersion (ValueError)
    ├── NotMergeable (ValueError)
    ├── NotSealed (ValueError)
    ├── Disclosive (ValueError)
    ├── SchemaMismatch (TypeError)
    ├── MissingExtra (ImportError)
    ├── BadUse (ValueError)
    └── Unreadable (OSError)

Each error holds the facts; its message is derived from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harmtax.records.findings import Finding


class HarmtaxError(Exception):
    """The parent of every error that harmtax raises on purpose."""

    def __str__(self) -> str:
        return self.message()

    def message(self) -> str:
        """One sentence for the person who made the call."""
        return ", ".join(str(each) for each in self.args)


class UnknownCode(HarmtaxError, KeyError):
    """A code that no code list of this name holds."""

    def __init__(self, code: str, code_list: str, near: Iterable[str] = ()) -> None:
        super().__init__(code, code_list, tuple(near))
        self.code, self.code_list, self.near = code, code_list, tuple(near)

    def message(self) -> str:
        hint = f"; did you mean {' or '.join(self.near)}?" if self.near else ""
        return f"{self.code!r} is not in the code list {self.code_list}{hint}"


class UnknownFormat(HarmtaxError, KeyError):
    """A format that is not registered, or a file whose format cannot be told."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(name, tuple(known))
        self.name, self.known = name, tuple(known)

    def message(self) -> str:
        return f"the format {self.name!r} is not known; known: {', '.join(self.known)}"


class UntoldFormat(UnknownFormat):
    """A file whose format shows neither in its first bytes nor in its name."""

    def message(self) -> str:
        known = ", ".join(self.known)
        return f"the format of {self.name} shows neither in its start nor in its name; name it: {known}"


class UnknownMetric(HarmtaxError, KeyError):
    """A metric that the standard does not define."""

    def __init__(self, metric: str, known: Iterable[str]) -> None:
        super().__init__(metric, tuple(known))
        self.metric, self.known = metric, tuple(known)

    def message(self) -> str:
        return f"the metric {self.metric!r} is not defined; defined: {', '.join(self.known)}"


class UnsupportedVersion(HarmtaxError, ValueError):
    """A version of the standard that this release cannot read."""

    def __init__(self, version: str, supported: str) -> None:
        super().__init__(version, supported)
        self.version, self.supported = version, supported

    def message(self) -> str:
        return f"version {self.version} is not supported; this release reads up to {self.supported}"


class NotMergeable(HarmtaxError, ValueError):
    """Figures that cannot be added up, such as exact medians."""

    def __init__(self, metric: str, reason: str) -> None:
        super().__init__(metric, reason)
        self.metric, self.reason = metric, reason

    def message(self) -> str:
        return f"{self.metric} cannot be merged: {self.reason}"


class NotSealed(HarmtaxError, ValueError):
    """Figures that are not fit to be filed; `findings` say why, each with its remedy."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__(tuple(findings))
        self.findings = tuple(self.args[0])

    def message(self) -> str:
        first = self.findings[0]
        more = f" ({len(self.findings) - 1} more)" if len(self.findings) > 1 else ""
        return f"not sealed: {first.rule}: {first.message}{more}"


class Disclosive(HarmtaxError, ValueError):
    """Figures from which a small count could be worked out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def message(self) -> str:
        return f"not published: {self.reason}"


class SchemaMismatch(HarmtaxError, TypeError):
    """A table whose columns do not fit the record type without loss."""

    def __init__(self, column: str, found: str, expected: str) -> None:
        super().__init__(column, found, expected)
        self.column, self.found, self.expected = column, found, expected

    def message(self) -> str:
        return f"column {self.column!r} is {self.found}, expected {self.expected}"


class MissingExtra(HarmtaxError, ImportError):
    """An optional part whose dependency is not installed."""

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra, self.purpose = extra, purpose

    def message(self) -> str:
        return f"{self.purpose} needs an extra: pip install 'harmtax[{self.extra}]'"


class BadUse(HarmtaxError, ValueError):
    """A call whose arguments do not make sense together."""


def reason(error: Exception) -> str:
    """What an error of the system or of a reader says, in one line, without the path that it is about."""
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    told = error.strerror if isinstance(error, OSError) else None
    return told or (str(error).splitlines() or [type(error).__name__])[0]


class Unreadable(HarmtaxError, OSError):
    """An input that cannot be read, or an output that cannot be written."""

    def __init__(self, path: object, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def message(self) -> str:
        return f"{self.path}: {self.reason}"
