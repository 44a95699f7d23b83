"""How fast the console's pages are with 200,000 tickets in PostgreSQL."""
