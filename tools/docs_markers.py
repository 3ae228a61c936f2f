"""The generated part of a page of docs, between two marks that the page keeps."""

import re


def renewed(text: str, part: str, inside: str) -> str:
    """The text with what lies between the marks of a part replaced. Raises ValueError without."""
    start, end = f"<!-- {part}: generated -->", f"<!-- {part}: end -->"
    if start not in text or end not in text:
        raise ValueError(f"the text has no {start} and {end}")
    whole = f"{start}\n\n{inside}\n\n{end}"
    return re.sub(f"{re.escape(start)}.*{re.escape(end)}", lambda _: whole, text, flags=re.S)
