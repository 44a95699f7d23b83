"""Components of Rasa's NLU graph."""
