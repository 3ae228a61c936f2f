"""What Datasette shows of the warehouse: its words, and a copy for the public."""
