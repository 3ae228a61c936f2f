"""What the commands share: options, tables, progress, how a command ends."""
