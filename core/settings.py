"""All settings: read from the environment (prefix `EUNGDAE_`), documented in the README's table."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import Invalid

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: data and `.env` are found there from whichever folder a command is given."""


class Settings(BaseSettings):
    """What an operator may set. Secrets are not here: see `core.secrets`."""

    model_config = SettingsConfigDict(env_prefix="EUNGDAE_", env_file=ROOT / ".env", extra="ignore")

    data_dir: Path = Field(
        ROOT / "var", description="모든 자료(데이터베이스, 색인, 비밀 키, 로그)가 놓이는 폴더"
    )
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("DATABASE_URL", "EUNGDAE_DATABASE_URL"),
        description="데이터베이스 주소. 비우면 자료 폴더의 SQLite, PostgreSQL은 postgresql+psycopg://…",
    )
    host: str = Field("127.0.0.1", description="공개 포트가 열리는 주소")
    port: int = Field(8000, description="공개 포트")
    actions_port: int = Field(5055, description="Rasa가 동작을 부르는 포트(이 컴퓨터 안에서만)")
    rasa_port: int = Field(5005, description="Rasa의 포트(이 컴퓨터 안에서만)")
    rasa_timeout: float = Field(2.5, gt=0, description="Rasa를 기다리는 시간(초). 넘으면 Rasa 없이 답한다")
    encoder: str = Field("e5-ko", description="문장 인코더: e5-ko, 허브 이름 또는 폴더")
    answer_error_rate: float = Field(0.02, gt=0, lt=1, description="즉시 답변 중 허용하는 오답 비율")
    answer_confidence: float = Field(0.95, gt=0, lt=1, description="위 비율을 보증하는 신뢰수준")
    outside_share: float = Field(
        0.33, ge=0, lt=1, description="위 보증이 성립하는, FAQ로 답하면 안 되는 질문의 최대 비율"
    )
    regression_set: Path = Field(
        ROOT / "tests" / "quality",
        description="FAQ를 바꾸거나 인코더를 조정할 때 나빠지면 안 되는 질문들(*.jsonl)의 폴더",
    )
    foundation_name: str = Field("한국언론재단(견본)", description="기관 이름")
    foundation_phone: str = Field("02-2001-7114", description="대표전화")
    foundation_address: str = Field("서울특별시 중구 세종대로 124 (견본)", description="주소")
    popular: list[str] = Field(
        [
            "visit.free-equipment",
            "inquiry.deadline",
            "ads.fee",
            "copyright.link",
            "bigkinds.cite",
            "edu.apply",
        ],
        description="대화창과 첫 화면에 보이는 자주 찾는 질문의 ID(JSON 목록)",
    )
    public_url: str = Field(
        "", description="시민과 직원이 여는 주소(예: https://help.example.kr). 전자우편의 링크에 쓰인다"
    )
    smtp_host: str = Field("", description="전자우편을 보낼 SMTP 서버. 비우면 전자우편을 보내지 않는다")
    smtp_port: int = Field(587, gt=0, lt=65536, description="SMTP 서버의 포트")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="SMTP 연결의 암호화: starttls, tls, none(시험할 때만)"
    )
    smtp_username: str = Field("", description="SMTP 서버의 사용자 이름. 비우면 로그인하지 않는다")
    mail_from: str = Field("noreply@localhost", description="전자우편의 보내는 주소")
    rate_limits: bool = Field(True, description="공개 경로의 요청 수 제한. 성능 측정에서만 끈다")
    secure_cookies: bool = Field(False, description="쿠키를 HTTPS에서만 보낸다(TLS 뒤에 둘 때 켠다)")
    session_days: int = Field(30, gt=0, description="시민의 대화 토큰이 유효한 날수")
    show_staff_names: bool = Field(
        False, description="담당자 안내에 직원 성명까지 보인다. 답변에는 언제나 담당자 성명이 붙는다"
    )
    staff_idle_minutes: int = Field(30, gt=0, description="직원 로그인이 자동으로 끊기는 유휴 시간(분)")

    @property
    def resolved_database_url(self) -> str:
        """The database's SQLAlchemy URL; SQLite in the data folder when none is set."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'eungdae.sqlite3'}"

    @property
    def tracker_url(self) -> str:
        """Where Rasa keeps its trackers: the same server, in the dialect of Rasa's own SQLAlchemy 1.4."""
        if self.database_url.startswith("postgresql"):
            return "postgresql+psycopg2" + self.database_url[self.database_url.index("://") :]
        return f"sqlite:///{self.data_dir.resolve() / 'rasa.sqlite3'}"


def load_settings() -> Settings:
    """The settings of this process, from the environment and `.env`; raises `Invalid` for a wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(_variable(str(problem["loc"][0])) for problem in error.errors())
        raise Invalid(f"설정값이 올바르지 않습니다: {names}") from error


def _variable(field: str) -> str:
    """What it is called where an operator sets it; an alias is its own name."""
    return f"EUNGDAE_{field}".upper() if field in Settings.model_fields else field
