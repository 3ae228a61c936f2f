"""From the index down to the bytes: `marimo edit docs/notebooks/from_index_to_bytes.py`."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="De l’indice aux octets · From the index to the bytes")


@app.cell
def _():
    import altair as alt
    import marimo as mo

    from silentcrash import Client

    # Client("https://…") reads a published site in the same way, without an installation
    client = Client()
    mo.md("""
    # De l’indice aux octets · From the index to the bytes

    D’un nombre publié, on descend en quatre pas jusqu’au fichier qui le porte.
    *From a published number, four steps lead down to the file that carries it.*
    """)
    return alt, client, mo


@app.cell
def _(alt, client, mo):
    index = client.index()
    month = index["period"].iloc[-1]
    line = alt.Chart(index).mark_line().encode(x="period:T", y=alt.Y("index:Q", title="0–100"))
    band = (
        alt.Chart(index).mark_area(opacity=0.2).encode(x="period:T", y=alt.Y("low:Q"), y2="high:Q")
    )
    mo.vstack(
        [
            mo.md(f"""
            ## 1 · L’indice · The index

            En {month} : **{index["index"].iloc[-1]:.1f}** sur 100. La bande est ce que d’autres
            choix de méthode donneraient. *In {month}: **{index["index"].iloc[-1]:.1f}** of 100;
            the band is what other choices of the method would give.*
            """),
            band + line,
        ]
    )
    return index, month


@app.cell
def _(alt, client, mo, month):
    every = client.indicators()
    chosen = every["period"].eq(month) & every["kind"].eq("indicator")
    parts = every[chosen].dropna(subset="contribution").sort_values("contribution")
    bars = alt.Chart(parts).mark_bar().encode(x="contribution:Q", y=alt.Y("key:N", sort="-x"))
    mo.vstack(
        [
            mo.md("""
            ## 2 · Ses parts · Its parts

            Les points de tous les indicateurs font ensemble l’indice. *The points of all
            indicators add up to the index.*
            """),
            bars,
        ]
    )
    return (parts,)


@app.cell
def _(client, mo, month):
    key = "cost.capex_to_cash"
    lineage = client.lineage(key, month)
    columns = ["series", "series_period", "value", "known_from", "cite_source", "cite_address"]
    mo.vstack(
        [
            mo.md(f"""
            ## 3 · Les chiffres lus · The figures read

            `{key}` rapporte les investissements des géants à leur trésorerie d’exploitation. Chaque
            chiffre a sa date de publication et son adresse. *It sets the capital expenditure of the
            giants against their operating cash flow; each figure has its day and its address.*
            """),
            mo.ui.table(lineage[columns], selection=None),
        ]
    )
    return (lineage,)


@app.cell
def _(lineage, mo):
    import hashlib

    from sources import find_source
    from sources.citations import cited_csv

    # A figure that was fetched has its bytes in the archive, by this digest; one that is shipped
    # has them in the file that it names.
    first = lineage.iloc[0]
    history = find_source("sec").history
    computed = hashlib.sha256(cited_csv(history).encode()).hexdigest()
    mo.md(f"""
    ## 4 · Les octets · The bytes

    Le chiffre vient de `{first["url"]}`. Empreinte enregistrée avec l’édition, et empreinte du
    fichier recalculée ici : *The figure is from `{first["url"]}`. The digest that the edition
    stored, and that of the file, computed here:*

    `{first["sha256"]}`

    `{computed}`

    {"Elles sont égales. *They are equal.*" if computed == first["sha256"] else "≠"}
    """)
    return computed, first


if __name__ == "__main__":
    app.run()
