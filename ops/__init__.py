"""Operations: what prepares, starts, watches and examines the processes. Knows core alone."""
