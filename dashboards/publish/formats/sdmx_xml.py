"""The shared parts of SDMX-ML messages: names, namespaces, header, references."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from dashboards import metadata
from dashboards.i18n import LANGUAGES, plain
from dashboards.publish.publication import Publication

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/"
SPACES = {
    "message": f"{SCHEMAS}message",
    "common": f"{SCHEMAS}common",
    "structure": f"{SCHEMAS}structure",
    "ss": f"{SCHEMAS}data/structurespecific",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
AGENCY, FLOW, VERSION = "SCO", "SILENT_CRASH", "1.0"
OWNED = {"agencyID": AGENCY, "version": VERSION}
Words = Mapping[str, str]
DEFINED = f"urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure={AGENCY}:{FLOW}({VERSION})"


def code(key: object) -> str:
    """The SDMX code of an indicator: codes allow no point, so it becomes a hyphen."""
    return str(key).replace(".", "-")


def message(kind: str, publication: Publication) -> Element:
    """A message of this kind with its header, dated by its computation."""
    for prefix, space in [*SPACES.items(), ("data", DEFINED)]:
        register_namespace(prefix, space)
    root = Element(name(f"message:{kind}"))
    header = add(root, "message:Header")
    add(header, "message:ID").text = f"{FLOW}_{publication.edition.month}"
    add(header, "message:Test").text = "false"
    add(header, "message:Prepared").text = publication.computed
    sender = add(header, "message:Sender", id=AGENCY)
    named(sender, {language: metadata.dataset(language)["publisher"] for language in LANGUAGES})
    return root


def named(parent: Element, words: Words) -> None:
    """Give an element its name in each language."""
    for language in LANGUAGES:
        element = add(parent, "common:Name")
        element.set(LANG, language)
        element.text = plain(words[language])


def refer(parent: Element, target: str, package: str, kind: str, **more: str) -> None:
    """Refer to one of our artefacts, or with `more` to an item in one."""
    version = more or {"version": VERSION}
    kinds = {"package": package, "class": kind}
    add(parent, "Ref", id=target, agencyID=AGENCY, **version, **kinds)


def add(parent: Element, tag: str, /, **attributes: str) -> Element:
    """Append an element; its name is prefix:local, or local without a namespace."""
    cleaned = {key: plain(value) for key, value in attributes.items()}
    return SubElement(parent, name(tag), cleaned)


def name(text: str) -> str:
    """The name of an element or attribute with its namespace."""
    prefix, _, local = text.rpartition(":")
    return f"{{{SPACES[prefix]}}}{local}" if prefix else local


def written(root: Element) -> bytes:
    """The message as bytes."""
    indent(root)
    body: bytes = tostring(root, "utf-8", xml_declaration=True)
    return body + b"\n"
