"""Facebook Messenger: the talks of one page."""
