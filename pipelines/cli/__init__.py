"""The command line `silentcrash`."""
