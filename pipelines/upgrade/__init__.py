"""`silentcrash upgrade`: what the installed software changes for a folder."""
