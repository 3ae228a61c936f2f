"""The observations as append-only Parquet, for DuckDB and Spark."""
