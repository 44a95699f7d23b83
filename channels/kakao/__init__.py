"""KakaoTalk: the skill server of a channel's chatbot."""
