"""Writes the SKOS concept schemes: one per code list, in Turtle, byte for byte the same each time.

linkml has no generator for SKOS, and its enums would lose the tree of the categories.
"""

from __future__ import annotations

from collections.abc import Mapping

from rdflib import DCTERMS, OWL, RDF, SKOS, Graph, Literal, Namespace, URIRef

from harmtax.shapes import CategoryRow, Code, CodeList

from schema.writers.plan import Plan

# Texts by language and element.
Words = Mapping[str, Mapping[str, Mapping[str, str]]]
PROPERTIES = {
    "title": SKOS.prefLabel,
    "definition": SKOS.definition,
    "includes": SKOS.scopeNote,
    "excludes": SKOS.scopeNote,
}


def write(plan: Plan, words: Words) -> dict[str, str]:
    """The text of the concept schemes by its path; `words` are those of the languages but English.

    A translation whose English has changed since is not among them, since a graph has no place to say so.
    """
    graph = Graph()
    base = Namespace(plan.prefixes["ht"])
    graph.bind("ht", base)
    for codes in plan.code_lists.values():
        scheme = _scheme(graph, base, codes, plan.version)
        is_tree = codes.name == "CategoryCode"
        element = "categories" if is_tree else f"code_lists/{codes.name}"
        _translated(graph, scheme, element, words)
        for row in plan.categories if is_tree else ():
            _category(graph, scheme, row)
            _translated(graph, concept(scheme, row.code), f"{element}/{row.code}", words)
        for code in () if is_tree else codes.codes:
            _code(graph, scheme, code, plan)
            _translated(graph, concept(scheme, code.code), f"{element}/{code.code}", words)
    return {"exports/next/skos.ttl": graph.serialize(format="turtle")}


def _translated(graph: Graph, node: URIRef, element: str, words: Words) -> None:
    for tag, said in words.items():
        for kind, text in said.get(element, {}).items():
            if kind in PROPERTIES:
                graph.add((node, PROPERTIES[kind], Literal(text, tag)))


def _scheme(graph: Graph, base: Namespace, codes: CodeList, version: str) -> URIRef:
    scheme = base[codes.name]
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, SKOS.prefLabel, Literal(codes.title, "en")))
    graph.add((scheme, OWL.versionInfo, Literal(version)))
    graph.add((scheme, DCTERMS.license, URIRef("https://creativecommons.org/licenses/by/4.0/")))
    if codes.definition:
        graph.add((scheme, SKOS.definition, Literal(codes.definition, "en")))
    return scheme


def concept(scheme: URIRef, code: str) -> URIRef:
    """The address of a code: its scheme, a slash, the code."""
    return URIRef(f"{scheme}/{code}")


def _category(graph: Graph, scheme: URIRef, row: CategoryRow) -> None:
    node = _concept(graph, scheme, row.code, row.title, row.definition)
    if row.includes:
        graph.add((node, SKOS.scopeNote, Literal(f"Includes: {row.includes}", "en")))
    if row.excludes:
        graph.add((node, SKOS.scopeNote, Literal(f"Excludes: {row.excludes}", "en")))
    if row.parent is None:
        graph.add((node, SKOS.topConceptOf, scheme))
        graph.add((scheme, SKOS.hasTopConcept, node))
    else:
        above = concept(scheme, row.parent)
        graph.add((node, SKOS.broader, above))
        graph.add((above, SKOS.narrower, node))
    _retired(graph, scheme, node, row.status, row.replaced_by)


def _code(graph: Graph, scheme: URIRef, code: Code, plan: Plan) -> None:
    node = _concept(graph, scheme, code.code, code.title, code.definition)
    graph.add((node, SKOS.topConceptOf, scheme))
    graph.add((scheme, SKOS.hasTopConcept, node))
    if code.meaning:
        prefix, _, local = code.meaning.partition(":")
        graph.add((node, SKOS.exactMatch, URIRef(plan.prefixes[prefix] + local)))
    _retired(graph, scheme, node, code.status, code.replaced_by)


def _concept(graph: Graph, scheme: URIRef, code: str, title: str, definition: str) -> URIRef:
    node = concept(scheme, code)
    graph.add((node, RDF.type, SKOS.Concept))
    graph.add((node, SKOS.inScheme, scheme))
    graph.add((node, SKOS.notation, Literal(code)))
    graph.add((node, SKOS.prefLabel, Literal(title, "en")))
    if definition:
        graph.add((node, SKOS.definition, Literal(definition, "en")))
    return node


def _retired(
    graph: Graph, scheme: URIRef, node: URIRef, status: str, replaced_by: str | None
) -> None:
    if status == "retired":
        graph.add((node, OWL.deprecated, Literal(True)))
        if replaced_by:
            graph.add((node, DCTERMS.isReplacedBy, concept(scheme, replaced_by)))
