"""What validation measures and runs: ratios, cuts, doubts, expectations."""
