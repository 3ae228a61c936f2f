"""Other observatories: read from their static interfaces, shown beside ours."""
