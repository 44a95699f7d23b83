"""The people's side: who is responsible, what they owe, and by when."""
