"""A vault over each database."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from core.privacy import Cipher, Vault


@pytest.fixture
def cipher() -> Cipher:
    return Cipher(Fernet.generate_key().decode())


@pytest.fixture
def vault(cipher: Cipher) -> Vault:
    return Vault(cipher)
