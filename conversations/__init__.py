"""The thread between a citizen, the bot and the desk."""
