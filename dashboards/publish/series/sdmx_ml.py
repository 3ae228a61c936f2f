"""A structure of SDMX-JSON 2.0 as SDMX-ML 3.0, which other clients read."""

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from dashboards.i18n import plain

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/"
MESSAGE, STRUCTURE, COMMON = (f"{SCHEMAS}{part}" for part in ("message", "structure", "common"))
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# The order of the official schema.
KINDS = {
    "codelists": ("Codelists", "Codelist"),
    "conceptSchemes": ("ConceptSchemes", "ConceptScheme"),
    "dataflows": ("Dataflows", "Dataflow"),
    "dataStructures": ("DataStructures", "DataStructure"),
}
Item = Mapping[str, Any]


def document(meta: Item, data: Mapping[str, Sequence[Item]]) -> bytes:
    """The same artefacts as XML; `meta` and `data` are those of the JSON."""
    for prefix, space in {"message": MESSAGE, "structure": STRUCTURE, "common": COMMON}.items():
        register_namespace(prefix, space)
    root = Element(f"{{{MESSAGE}}}Structure")
    header = _add(root, "Header", space=MESSAGE)
    _add(header, "ID", meta["id"], space=MESSAGE)
    _add(header, "Test", str(meta["test"]).lower(), space=MESSAGE)
    _add(header, "Prepared", meta["prepared"], space=MESSAGE)
    _add(header, "Sender", space=MESSAGE, id=meta["sender"]["id"])
    artefacts = _add(root, "Structures", space=MESSAGE)
    for kind, (group, tag) in KINDS.items():
        parent = _add(artefacts, group)
        for artefact in data[kind]:
            _artefact(_owned(parent, tag, artefact), kind, artefact)
    indent(root)
    body: bytes = tostring(root, "utf-8", xml_declaration=True)
    return body + b"\n"


def _artefact(element: Element, kind: str, artefact: Item) -> None:
    if kind == "dataflows":
        _add(element, "Structure", artefact["structure"])
    elif kind == "dataStructures":
        _components(element, artefact["dataStructureComponents"])
    else:
        tag = "Code" if kind == "codelists" else "Concept"
        for item in artefact["codes" if tag == "Code" else "concepts"]:
            _named(_add(element, tag, id=item["id"]), item)


def _components(element: Element, parts: Item) -> None:
    listed = _add(element, "DataStructureComponents")
    dimensions = parts["dimensionList"]
    parent = _add(listed, "DimensionList", id=dimensions["id"])
    for own in dimensions["dimensions"]:
        _component(parent, "Dimension", own, position=str(own["position"]))
    _component(parent, "TimeDimension", dimensions["timeDimension"])
    attributes = parts["attributeList"]
    parent = _add(listed, "AttributeList", id=attributes["id"])
    for own in attributes["attributes"]:
        related = _component(parent, "Attribute", own, usage=own["usage"])
        _add(_add(related, "AttributeRelationship"), "Observation")
    measures = parts["measureList"]
    parent = _add(listed, "MeasureList", id=measures["id"])
    for own in measures["measures"]:
        _component(parent, "Measure", own, usage=own["usage"])


def _component(parent: Element, tag: str, own: Item, **more: str) -> Element:
    """A component with its concept and its values: a code list or a type."""
    element = _add(parent, tag, id=own["id"], **more)
    _add(element, "ConceptIdentity", own["conceptIdentity"])
    values, represented = own["localRepresentation"], _add(element, "LocalRepresentation")
    if "enumeration" in values:
        _add(represented, "Enumeration", values["enumeration"])
    else:
        _add(represented, "TextFormat", textType=values["format"]["dataType"])
    return element


def _owned(parent: Element, tag: str, artefact: Item) -> Element:
    element = _add(parent, tag, **{name: artefact[name] for name in ("id", "agencyID", "version")})
    _named(element, artefact)
    return element


def _named(element: Element, item: Item) -> None:
    for language, words in item["names"].items():
        name = _add(element, "Name", plain(words), space=COMMON)
        name.set(LANG, language)


def _add(
    parent: Element, tag: str, words: str | None = None, /, *, space: str = STRUCTURE, **names: str
) -> Element:
    element = SubElement(parent, f"{{{space}}}{tag}", names)
    element.text = words
    return element
