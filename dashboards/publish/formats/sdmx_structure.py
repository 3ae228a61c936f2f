"""The structure of the data as SDMX-ML 2.1, in both languages."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element

from dashboards import metadata
from dashboards.publish.formats import sdmx_xml as xml
from dashboards.publish.formats.sdmx_xml import Words
from dashboards.publish.publication import Publication, both

DIMENSIONS = ("FREQ", "INDICATOR", "MEASURE")


def document(publication: Publication) -> bytes:
    """The dataflow, its code lists, concepts and data structure."""
    root = xml.message("Structure", publication)
    structures = xml.add(root, "message:Structures")
    flows = xml.add(structures, "structure:Dataflows")
    flow = xml.add(flows, "structure:Dataflow", id=xml.FLOW, **xml.OWNED)
    xml.named(flow, _title())
    xml.refer(xml.add(flow, "structure:Structure"), xml.FLOW, "datastructure", "DataStructure")
    lists = xml.add(structures, "structure:Codelists")
    for concept, codes in _codes(publication).items():
        _codelist(lists, concept, codes)
    _concepts(xml.add(structures, "structure:Concepts"))
    _definition(xml.add(structures, "structure:DataStructures"))
    return xml.written(root)


def _title() -> Words:
    return both(lambda code: str(metadata.dataset(code)["title"]))


def _codes(publication: Publication) -> dict[str, Mapping[str, Words]]:
    framework = publication.edition.framework
    index = {"index": framework["title"]}
    groups = {str(group["key"]): group for group in framework["dimension"]}
    figures = {xml.code(group["key"]): group for group in publication.indicators()}
    return {**metadata.words("sdmx", "codes"), "INDICATOR": index | groups | figures}


def _codelist(parent: Element, concept: str, codes: Mapping[str, Words]) -> None:
    codelist = xml.add(parent, "structure:Codelist", id=f"CL_{concept}", **xml.OWNED)
    xml.named(codelist, metadata.words("sdmx", "concepts")[concept])
    for code, words in codes.items():
        xml.named(xml.add(codelist, "structure:Code", id=code), words)


def _concepts(parent: Element) -> None:
    scheme = xml.add(parent, "structure:ConceptScheme", id=f"CS_{xml.FLOW}", **xml.OWNED)
    xml.named(scheme, _title())
    for concept, words in metadata.words("sdmx", "concepts").items():
        xml.named(xml.add(scheme, "structure:Concept", id=concept), words)


def _definition(parent: Element) -> None:
    structure = xml.add(parent, "structure:DataStructure", id=xml.FLOW, **xml.OWNED)
    xml.named(structure, _title())
    parts = xml.add(structure, "structure:DataStructureComponents")
    _dimensions(xml.add(parts, "structure:DimensionList", id="DimensionDescriptor"))
    attributes = xml.add(parts, "structure:AttributeList", id="AttributeDescriptor")
    _attribute(attributes, "UNIT_MEASURE", DIMENSIONS, text="String")
    _attribute(attributes, "OBS_STATUS", (), listed="CL_OBS_STATUS")
    measures = xml.add(parts, "structure:MeasureList", id="MeasureDescriptor")
    measure = xml.add(measures, "structure:PrimaryMeasure", id="OBS_VALUE")
    _component(measure, "OBS_VALUE", text="Double")


def _dimensions(parent: Element) -> None:
    for position, name in enumerate(DIMENSIONS, 1):
        element = xml.add(parent, "structure:Dimension", id=name, position=str(position))
        _component(element, name, f"CL_{name}")
    last = str(len(DIMENSIONS) + 1)
    time = xml.add(parent, "structure:TimeDimension", id="TIME_PERIOD", position=last)
    _component(time, "TIME_PERIOD", text="ObservationalTimePeriod")


def _attribute(
    parent: Element, name: str, of: tuple[str, ...], listed: str = "", text: str = ""
) -> None:
    element = xml.add(parent, "structure:Attribute", id=name, assignmentStatus="Mandatory")
    _component(element, name, listed, text)
    relation = xml.add(element, "structure:AttributeRelationship")
    for dimension in of:
        xml.add(xml.add(relation, "structure:Dimension"), "Ref", id=dimension)
    if not of:
        xml.add(xml.add(relation, "structure:PrimaryMeasure"), "Ref", id="OBS_VALUE")


def _component(element: Element, concept: str, listed: str = "", text: str = "") -> None:
    """The concept of a component, and its values: a code list or a type."""
    xml.refer(
        xml.add(element, "structure:ConceptIdentity"),
        concept,
        "conceptscheme",
        "Concept",
        maintainableParentID=f"CS_{xml.FLOW}",
        maintainableParentVersion=xml.VERSION,
    )
    values = xml.add(element, "structure:LocalRepresentation")
    if listed:
        xml.refer(xml.add(values, "structure:Enumeration"), listed, "codelist", "Codelist")
    else:
        xml.add(values, "structure:TextFormat", textType=text)
