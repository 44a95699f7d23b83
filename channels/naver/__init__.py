"""Naver TalkTalk: the webhook of a partner account's chatbot."""
