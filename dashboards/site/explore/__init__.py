"""The page on which readers choose series, compare them and take them away."""
