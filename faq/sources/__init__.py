"""Where entries come from. A new source is one file here and one line in `faq.sources.registry`."""

from faq.sources.draft import Draft, Source, SourceErrors
from faq.sources.registry import SOURCES, load_sources, write_entries

__all__ = ["SOURCES", "Draft", "Source", "SourceErrors", "load_sources", "write_entries"]
