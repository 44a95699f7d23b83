"""Slack: citizens in direct messages and mentions, staff in a channel of their own."""
