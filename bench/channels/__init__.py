"""The doors under load: many citizens, processes killed beneath them, every message counted."""
