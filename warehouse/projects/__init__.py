"""Projects: which report belongs to which, and what people answered."""
