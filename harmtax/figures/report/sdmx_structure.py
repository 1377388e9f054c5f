"""The structure of the figures in SDMX-ML 3.0: concepts, code lists, data structure and dataflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

from harmtax._generated.constraints import RECORDS, VERSION
from harmtax._generated.metrics import METRICS
from harmtax._generated.taxonomy import CATEGORIES, CODE_LISTS
from harmtax.figures.report import provenance

AGENCY, FLOW, STRUCTURE, CONCEPTS = "HARMTAX", "OBSERVATIONS", "DSD_OBSERVATIONS", "CS_HARMTAX"
TOTAL = "_T"
VERSIONED = VERSION
SPACES = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
# A file that is the same each time cannot tell when it was made; the container formats begin here.
PREPARED = "1980-01-01T00:00:00Z"
URN = "urn:sdmx:org.sdmx.infomodel"
_FIELDS = {field.name: field for field in RECORDS["Observation"].fields}
SIDES = (
    "numerator", "denominator", "numerator_lower", "numerator_upper", "median_lower", "median_upper",
)  # fmt: skip
# The parts of SDMX's CL_OBS_STATUS and CL_CONF_STATUS that occur, in the words of those lists.
OBS_STATUS = {
    "A": "Normal value", "D": "Definition differs", "L": "Missing value; data exist but were not collected",
    "M": "Missing value; data cannot exist", "O": "Missing value", "Q": "Missing value; suppressed",
}  # fmt: skip
CONF_STATUS = {"F": "Free (free for publication)", "C": "Confidential statistical information"}

Codes = Mapping[str, str]


def concept(dimension: str) -> str:
    """The id of the concept of a dimension."""
    return dimension.upper()


def message(used: Sequence[str], facts: Mapping[str, object]) -> bytes:
    """The whole structure message for the dimensions that are used, in the wording of the standard."""
    lists = _code_lists(used)
    spaces = " ".join(
        f'xmlns:{short}="{SPACES}/{name}"'
        for short, name in (("mes", "message"), ("str", "structure"), ("com", "common"))
    )
    header = (
        f"<mes:Header><mes:ID>IREF{str(facts['publication'])[:16]}</mes:ID><mes:Test>false</mes:Test>"
        f"<mes:Prepared>{PREPARED}</mes:Prepared><mes:Sender id={quoteattr(AGENCY)}/></mes:Header>"
    )
    parts = (
        _part("Codelists", [_code_list(name, codes) for name, codes in lists.items()]),
        _part("ConceptSchemes", [_concepts(used)]),
        _part("DataStructures", [_data_structure(used, lists)]),
        _part("Dataflows", [_flow(facts)]),
    )
    body = f"<mes:Structures>{''.join(parts)}</mes:Structures>"
    text = f"<mes:Structure {spaces}>{header}{body}</mes:Structure>"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _code_lists(used: Sequence[str]) -> dict[str, Codes]:
    lists: dict[str, Codes] = {
        "METRIC_ID": {name: METRICS[name].title for name in METRICS},
        "SIDE": {name.upper(): _FIELDS[name].title for name in SIDES},
        "OBS_STATUS": OBS_STATUS,
        "CONF_STATUS": CONF_STATUS,
        "REASON": {each.code: each.title for each in CODE_LISTS["ObservationStatus"].codes},
    }
    for name in used:
        if (codes := _codes(name)) is not None:
            lists[concept(name)] = codes | {TOTAL: "Total"}
    return lists


def _codes(dimension: str) -> dict[str, str] | None:
    name = _FIELDS[dimension].codes
    if name == "CategoryCode":
        return {row.code: row.title for row in CATEGORIES}
    return (
        {each.code: each.title for each in CODE_LISTS[name].codes} if name in CODE_LISTS else None
    )


def _code_list(name: str, codes: Codes) -> str:
    inner = [_item("Code", code, title) for code, title in codes.items()]
    return _maintained("Codelist", f"CL_{name}", f"Codes of {name}", inner)


def _concepts(used: Sequence[str]) -> str:
    titles = {
        "METRIC_ID": "Metric", "SIDE": "Side of the figure", "TIME_PERIOD": "Period",
        "OBS_VALUE": "Value", "OBS_STATUS": "Status of the observation",
        "CONF_STATUS": "Confidentiality", "REASON": "Status in the words of harmtax",
        "STANDARD_VERSION": "Version of the standard", "PUBLICATION": "Digest of the publication",
    } | {concept(name): _FIELDS[name].title for name in used}  # fmt: skip
    inner = [_item("Concept", name, title) for name, title in titles.items()]
    return _maintained("ConceptScheme", CONCEPTS, "Concepts of harmtax", inner)


def _data_structure(used: Sequence[str], lists: Mapping[str, Codes]) -> str:
    dims = ["METRIC_ID", "SIDE", *map(concept, used)]
    listed = [
        _component("Dimension", name, lists, f' position="{at}"') for at, name in enumerate(dims, 1)
    ]
    time = (
        f'<str:TimeDimension id="TIME_PERIOD">{_identity("TIME_PERIOD")}<str:LocalRepresentation>'
        '<str:TextFormat textType="ObservationalTimePeriod"/></str:LocalRepresentation>'
        "</str:TimeDimension>"
    )
    attributes = ("OBS_STATUS", "CONF_STATUS", "REASON", "STANDARD_VERSION", "PUBLICATION")
    measured = (
        "<str:AttributeRelationship><str:Observation/></str:AttributeRelationship>"
        "<str:MeasureRelationship><str:Measure>OBS_VALUE</str:Measure></str:MeasureRelationship>"
    )
    told = [
        _component("Attribute", name, lists, ' usage="mandatory"', measured) for name in attributes
    ]
    value = (
        f'<str:Measure id="OBS_VALUE" usage="optional">{_identity("OBS_VALUE")}<str:LocalRepresentation>'
        '<str:TextFormat textType="Long"/></str:LocalRepresentation></str:Measure>'
    )
    inner = (
        '<str:DataStructureComponents><str:DimensionList id="DimensionDescriptor">'
        f"{''.join(listed)}{time}</str:DimensionList>"
        f'<str:AttributeList id="AttributeDescriptor">{"".join(told)}</str:AttributeList>'
        f'<str:MeasureList id="MeasureDescriptor">{value}</str:MeasureList></str:DataStructureComponents>'
    )
    return _maintained("DataStructure", STRUCTURE, "Observations of harmtax", [inner])


def _component(
    kind: str, name: str, lists: Mapping[str, Codes], attributes: str, more: str = ""
) -> str:
    represented = (
        f"<str:Enumeration>{URN}.codelist.Codelist={AGENCY}:CL_{name}({VERSIONED})</str:Enumeration>"
        if name in lists
        else '<str:TextFormat textType="String"/>'
    )
    local = f"<str:LocalRepresentation>{represented}</str:LocalRepresentation>"
    inner = f"{_identity(name)}{local}{more}"
    return f'<str:{kind} id="{name}"{attributes}>{inner}</str:{kind}>'


def _identity(name: str) -> str:
    urn = f"{URN}.conceptscheme.Concept={AGENCY}:{CONCEPTS}({VERSIONED}).{name}"
    return f"<str:ConceptIdentity>{urn}</str:ConceptIdentity>"


def _flow(facts: Mapping[str, object]) -> str:
    urn = f"{URN}.datastructure.DataStructure={AGENCY}:{STRUCTURE}({VERSIONED})"
    said = escape(provenance.compact(facts))
    note = (
        '<com:Annotations><com:Annotation id="provenance"><com:AnnotationText xml:lang="en">'
        f"{said}</com:AnnotationText></com:Annotation></com:Annotations>"
    )
    inner = [f"<str:Structure>{urn}</str:Structure>"]
    return _maintained("Dataflow", FLOW, "Observations of a harmtax publication", inner, note)


def _maintained(kind: str, name: str, title: str, inner: Iterable[str], note: str = "") -> str:
    attributes = f'id="{name}" agencyID="{AGENCY}" version="{VERSIONED}"'
    return f"<str:{kind} {attributes}>{note}{_name(title)}{''.join(inner)}</str:{kind}>"


def _item(kind: str, name: str, title: str) -> str:
    return f"<str:{kind} id={quoteattr(name)}>{_name(title)}</str:{kind}>"


def _name(title: str) -> str:
    return f'<com:Name xml:lang="en">{escape(title)}</com:Name>'


def _part(name: str, inner: Sequence[str]) -> str:
    return f"<str:{name}>{''.join(inner)}</str:{name}>"
