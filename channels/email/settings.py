"""What an operator sets for e-mail with citizens. The server that sends is that of `core.settings` (SMTP)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from channels.settings import ChannelSettings


class EmailSettings(ChannelSettings):
    """Without a mailbox letters only go out; what is answered to them is read by people."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_EMAIL_")
    needed = ("address",)

    address: str = Field(
        "",
        pattern=r"^$|^[^@\s+<>,]+@[^@\s<>,]+$",
        description="시민이 메일을 보내는 주소. 비우면 쓰지 않는다",
    )
    imap_host: str = Field("", description="메일을 가져올 IMAP 서버. 비우면 가져오지 않는다")
    imap_port: int = Field(993, gt=0, lt=65536, description="IMAP 서버의 포트")
    imap_security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="IMAP 연결의 암호화: tls, starttls, none(시험할 때만)"
    )
    imap_username: str = Field("", description="IMAP 서버의 사용자 이름")
    imap_password: SecretStr = Field(SecretStr(""), description="IMAP 서버의 비밀번호")
    imap_folder: str = Field("INBOX", description="새 메일을 찾을 메일함")
    imap_done: str = Field(
        "", description="접수한 메일을 옮길 메일함. 비우면 옮기지 않고 읽음으로만 표시한다"
    )
    trusted_results: str = Field(
        "",
        description="이 이름의 서버가 남긴 Authentication-Results에서 DMARC가 실패한 메일은 받지 않는다"
        "(예: mx.example.kr)",
    )
    secret: SecretStr = Field(
        SecretStr(""), description="메일 서버가 메일을 직접 넘길 때(HTTP) 쓰는 비밀값. 비우면 닫아 둔다"
    )

    @property
    def missing(self) -> list[str]:
        login = ("imap_username", "imap_password") if self.imap_host else ()
        return super().missing + [self.variable(name) for name in login if not self._given(name)]
