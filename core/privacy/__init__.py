"""Personal data: found in text, kept encrypted in one place (the vault), and referred to everywhere else."""

from core.privacy.cipher import Cipher
from core.privacy.redact import redact
from core.privacy.references import Reference, label, references
from core.privacy.vault import Masked, Vault, VaultItem, mask

__all__ = ["Cipher", "Masked", "Reference", "Vault", "VaultItem", "label", "mask", "redact", "references"]
