"""E-mail: letters in from a mailbox, letters out through the institution's mail server."""
