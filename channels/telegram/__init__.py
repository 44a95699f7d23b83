"""Telegram: a bot that citizens write to."""
