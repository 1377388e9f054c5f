"""What changed from version to version, newest first.

Written by schema/build.py from schema/; do not edit.
"""

from __future__ import annotations

from harmtax.version_shapes import Change

DATES: dict[str, str] = {"0.2.0": "2026-11-28", "0.1.0": "2026-11-23"}

CHANGES: tuple[Change, ...] = (
    Change(
        version="0.2.0",
        operation="rename",
        element="code_lists/Disclosure",
        detail="A label is the notice on imagery made with AI; disclosure is what a published table reveals. One word had two meanings.",
        to=("code_lists/Label",),
    ),
    Change(
        version="0.2.0",
        operation="rename",
        element="record_types/Incident/disclosure",
        detail="The field goes by the name of its code list.",
        to=("record_types/Incident/label",),
    ),
    Change(
        version="0.2.0",
        operation="rename",
        element="record_types/Observation/disclosure",
        detail="The dimension goes by the name of the field.",
        to=("record_types/Observation/label",),
    ),
    Change(
        version="0.2.0",
        operation="split",
        element="categories/DIS",
        detail="Taking a label out is an act of its own and is met by other duties than not setting one.",
        to=("categories/DIS-REM", "categories/DIS-ABS"),
        fallback="categories/DIS",
    ),
    Change(
        version="0.2.0",
        operation="retire",
        element="code_lists/BenignContext/none",
        detail="A field that is absent says the same, and one thing should be said in one way only.",
    ),
    Change(
        version="0.2.0",
        operation="add",
        element="code_lists/FieldFault/version",
        detail="A record of an older version is migrated as it comes in, and one of another version is no longer taken.",
    ),
    Change(
        version="0.2.0",
        operation="tighten",
        element="rules/HT-R39",
        detail="Nobody can check what is said to be published without the page, so the warning became an error.",
    ),
    Change(
        version="0.2.0",
        operation="add",
        element="record_types/Submission/revision_reason",
        detail="A corrected submission says why it was corrected, as Annex II to Regulation (EU) 2024/2835 asks.",
    ),
    Change(
        version="0.2.0",
        operation="tighten",
        element="rules/HT-R22",
        detail="A submission of a revision above 1 gives its reason, as every record does.",
    ),
    Change(
        version="0.2.0",
        operation="retitle",
        element="categories",
        detail="The number of codes in the coding rule follows the tree.",
    ),
    Change(
        version="0.2.0",
        operation="retitle",
        element="code_lists/BenignContext",
        detail="The definition says to leave the field out where no such context was found.",
    ),
    Change(
        version="0.2.0",
        operation="retitle",
        element="rules/HT-R16",
        detail="The rule speaks of the label and of the two new categories.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="categories",
        detail="The tree of categories in its order of precedence.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="code_lists",
        detail="The code lists of all fields.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="record_types",
        detail="The record types, each with its fields and their audience.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="rules",
        detail="The rules across the fields of a record and across records.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="metrics",
        detail="The metrics, each with definition, unit and source.",
    ),
    Change(
        version="0.1.0",
        operation="add",
        element="formats",
        detail="The statement of reasons of the DSA Transparency Database in both versions, MISP, STIX, IAB suitability, reports of Ozone, Mastodon and ActivityPub, and flags of the CyberTipline.",
    ),
)
