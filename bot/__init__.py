"""The dialogue, Rasa's side: runs in Rasa's own environment (Python 3.10), imports nothing of ours."""
