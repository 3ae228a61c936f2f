"""What a real-time reader would have seen: `marimo edit docs/notebooks/real_time.py`."""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="En temps réel · In real time")


@app.cell
def _():
    import altair as alt
    import marimo as mo
    import pandas as pd

    from silentcrash import Client

    # Client("https://…") reads a published site in the same way, without an installation
    client = Client()
    key = "census.c30.data_center"
    mo.md(f"""
    # En temps réel · In real time

    Les dépenses de construction de centres de données aux États-Unis (`{key}`, Census Bureau) sont
    publiées un mois après, puis révisées. Qui les lisait alors ne lisait pas ce que nous lisons.
    *Construction spending on data centres in the United States is published a month later and then
    revised: who read it then did not read what we read.*
    """)
    return alt, client, key, mo, pd


@app.cell
def _(client, key, mo):
    triangle = client.vintages(key).droplevel("series").tail(8).iloc[:, -6:]
    triangle.columns = [day[:10] for day in triangle.columns]
    mo.vstack(
        [
            mo.md("""
            ## Le triangle des versions · The triangle of vintages

            Une ligne par mois, une colonne par date de connaissance, en millions de dollars par an.
            *A row a month, a column a day of knowledge, in million dollars a year.*
            """),
            mo.ui.table(triangle.reset_index(), selection=None),
        ]
    )
    return (triangle,)


@app.cell
def _(client, key, mo):
    revisions = client.revisions(key)
    revised = revisions[revisions["versions"].gt(1)].reset_index(drop=True)
    revised["percent"] = (100 * revised["revision"] / revised["first"]).round(1)
    mo.vstack(
        [
            mo.md(f"""
            ## Première et dernière valeur · First and latest

            {len(revised)} mois ont été révisés, en moyenne de {revised["percent"].mean():+.1f} %.
            *{len(revised)} months were revised, by {revised["percent"].mean():+.1f} % on average.*
            """),
            mo.ui.table(revised.drop(columns="series"), selection=None),
        ]
    )
    return (revised,)


@app.cell
def _(client, key, pd):
    def growth(day=None):
        """The newest 12-month growth known on a day: its month and per cent."""
        figures = client.get(key, as_of=day)
        values = pd.Series(figures["value"].to_numpy(), pd.to_datetime(figures["period"]))
        year = 100 * (values / values.shift(12, freq="MS") - 1).dropna()
        return year if day is None else year.iloc[[-1]]

    versions = client.get(key, vintages=True)
    days = sorted(versions.loc[versions["period"].ge("2025-01-01"), "known_from"].str[:10].unique())
    now = growth()
    then = pd.concat([growth(day) for day in days])
    seen = pd.DataFrame({"then": then[~then.index.duplicated()], "now": now}).dropna()
    return growth, seen


@app.cell
def _(alt, mo, seen):
    long = seen.rename_axis("month").reset_index().melt("month", var_name="reader")
    drawn = alt.Chart(long).mark_line(point=True).encode(x="month:T", y="value:Q", color="reader:N")
    worst = (seen["now"] - seen["then"]).abs().idxmax()
    mo.vstack(
        [
            mo.md(f"""
            ## La croissance lue alors et lue aujourd’hui · Growth as read then and now

            Sur douze mois, en pour cent. L’écart le plus grand est celui de {worst:%Y-%m} :
            {seen["then"][worst]:+.1f} % alors, {seen["now"][worst]:+.1f} % aujourd’hui. L’indice ne
            lit que la première : chaque mois publié n’emploie que ce qui était connu à sa date.
            *Over twelve months, in per cent. The widest gap is that of {worst:%Y-%m}. The index
            reads the first line alone: a published month uses what was known at its cut-off.*
            """),
            drawn,
        ]
    )
    return (worst,)


if __name__ == "__main__":
    app.run()
