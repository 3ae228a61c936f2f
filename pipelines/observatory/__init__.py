"""The folder of an observatory: declaration, panel, words, commands."""
