"""How sure an index is: Monte Carlo, Sobol indices, revisions."""
