"""From news items to stored events and their series."""
