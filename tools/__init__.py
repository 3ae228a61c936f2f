"""What makes pages of docs, trains or evaluates; nothing imports it."""
