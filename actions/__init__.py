"""Rasa's custom actions: slots in, one call into the house, replies out."""
