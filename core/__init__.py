"""What everything else stands on: settings, secrets, database, clock, errors, privacy, logging."""
