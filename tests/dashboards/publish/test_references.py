"""References are read back by what reads them: BibTeX, RIS and CSL-JSON."""

import json
import re
from datetime import date

from dashboards.publish.formats import references
from dashboards.publish.formats.references import Reference

CITED = Reference(
    key="silentcrash-2026-10",
    author="Observatoire du krach silencieux",
    title="Prix & coûts, 100 % de l'indice_{x}",
    public=date(2026, 11, 3),
    version="2026-10",
    note="Publiée le 3 novembre 2026",
    code="fr",
    address="https://example.org/fr/bulletins/2026-10/",
)


def test_bibtex_keeps_its_braces_and_escapes_what_it_would_read() -> None:
    text = references.bibtex(CITED)
    plain = re.sub(r"\\.", "", text)
    assert plain.count("{") == plain.count("}")
    assert r"title = {{Prix \& coûts, 100 \% de l'indice\_\{x\}}}" in text
    fields = dict(re.findall(r"^  (\w+) = \{(.*)\},$", text, re.M))
    assert fields["year"] == "2026"
    assert fields["month"] == "11"
    assert fields["url"] == CITED.address
    assert text.startswith("@misc{silentcrash-2026-10,\n")
    assert text.endswith("\n}\n")


def test_each_line_of_ris_has_a_tag_and_the_last_ends_the_record() -> None:
    lines = references.ris(CITED).split("\r\n")
    assert lines.pop() == ""
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines)
    assert (lines[0], lines[-1]) == ("TY  - DATA", "ER  - ")
    assert "DA  - 2026/11/03" in lines


def test_csl_is_a_list_of_one_item_with_its_date_in_parts() -> None:
    [item] = json.loads(references.csl(CITED))
    assert item["issued"] == {"date-parts": [[2026, 11, 3]]}
    assert item["author"] == [{"literal": CITED.author}]
    assert item["URL"] == CITED.address


def test_no_address_is_made_up() -> None:
    without = Reference(**{**vars(CITED), "address": ""})
    for _, text in references.files(without):
        assert "http" not in text
        assert "URL" not in text
        assert "UR  -" not in text
