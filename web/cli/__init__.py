"""The command line: `eungdae`."""
