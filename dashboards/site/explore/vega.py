"""Vega-Lite for the reader's browser, from the package that draws the charts.

vl-convert carries the sources of Vega, Vega-Lite and Vega-Embed, and bundles them (0.9 MB, 0.3 MB
as servers send it) in a second or two of a processor: nothing is fetched and nothing is committed.
Vega-Embed brings the interpreter of Vega's expressions, so that the page needs no `unsafe-eval`.
"""

from functools import cache
from importlib.metadata import version
from pathlib import Path

EXPORTED = "window.vegaEmbed = vegaEmbed;"  # all that the page asks for
NOTICE = """/* Vega {vega}, Vega-Lite {lite} and Vega-Embed {embed}, with the parts of D3 and
 * TopoJSON that they use, as vl-convert {package} bundles them. The sources: https://github.com/vega
 * Copyright 2015-2025 University of Washington Interactive Data Lab and contributors, BSD 3-Clause;
 * D3 and TopoJSON copyright 2010-2025 Mike Bostock, ISC; other parts MIT or BSD 2-Clause.
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR
 * IMPLIED WARRANTIES ARE DISCLAIMED. The full texts are in the LICENSE files of those sources. */
"""


def name() -> str:
    """The name of the file, which no two versions share."""
    return f"vega-{version('vl-convert-python')}.js"


def bundle(before: Path) -> bytes:
    """The script; `before` is the file of an earlier build, right if there."""
    return before.read_bytes() if before.is_file() else _bundled()


@cache
def _bundled() -> bytes:
    import vl_convert

    notice = NOTICE.format(
        vega=vl_convert.get_vega_version(),
        lite=vl_convert.get_vegalite_versions()[-1],
        embed=vl_convert.get_vega_embed_version(),
        package=version("vl-convert-python"),
    )
    return (notice + vl_convert.javascript_bundle(EXPORTED)).encode()
