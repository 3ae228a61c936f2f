"""Alert rules, events and the outbox in the warehouse."""
