"""Encryption at rest, and the keyed hash by which an encrypted value is found again."""

from __future__ import annotations

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken

from core.errors import Unavailable


class Cipher:
    """Fernet (AES-CBC with HMAC) under one key."""

    def __init__(self, key: str) -> None:
        """`key` is a Fernet key: 32 bytes, URL-safe base64."""
        self._fernet = Fernet(key)
        self._hash_key = hashlib.sha256(b"fingerprint:" + key.encode()).digest()

    def encrypt(self, value: str) -> str:
        """The value as a printable ciphertext; twice the same value gives two different ones."""
        return self._fernet.encrypt(value.encode()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """The value again; raises `Unavailable` when it was encrypted under another key."""
        try:
            return self._fernet.decrypt(ciphertext).decode()
        except InvalidToken as error:
            raise Unavailable("암호화 키가 자료와 맞지 않아 내용을 열 수 없습니다.") from error

    def encrypt_bytes(self, content: bytes) -> bytes:
        """A file's content as a ciphertext, a third longer."""
        return self._fernet.encrypt(content)

    def decrypt_bytes(self, ciphertext: bytes) -> bytes:
        """The content again; raises `Unavailable` when it was spoiled, or encrypted under another key."""
        try:
            return self._fernet.decrypt(ciphertext)
        except InvalidToken as error:
            raise Unavailable("암호화 키가 자료와 맞지 않거나 손상되어 파일을 열 수 없습니다.") from error

    def fingerprint(self, value: str) -> str:
        """The same 64 hexadecimal digits for the same value; worthless without the key."""
        return hmac.new(self._hash_key, value.encode(), hashlib.sha256).hexdigest()
