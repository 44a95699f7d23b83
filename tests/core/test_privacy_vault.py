"""What is masked comes back for eyes that may see it, and for no others."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from core.database import Database
from core.errors import Unavailable
from core.privacy import Cipher, Reference, Vault, VaultItem, label, mask, references
from core.privacy.references import LABELS, disarm

CIPHER = Cipher(Fernet.generate_key().decode())
MEMORY = create_engine("sqlite://")
VaultItem.__table__.create(MEMORY)


def items(session: Session) -> list[VaultItem]:
    return list(session.scalars(select(VaultItem)))


def test_a_number_is_masked_and_revealed(database: Database, vault: Vault) -> None:
    with database.session() as session:
        masked = mask(session, vault, "제 번호는 010-1234-5678입니다. 메일 hong@example.kr")
    assert [r.kind for r in references(masked.text)] == ["phone", "email"]
    assert "1234" not in label(masked.text)
    assert "hong" not in masked.text
    assert label(masked.text) == "제 번호는 (전화번호)입니다. 메일 (전자우편)"
    with database.session() as session:
        assert vault.reveal(session, masked.text) == "제 번호는 010-1234-5678입니다. 메일 hong@example.kr"
        assert not any("1234" in item.ciphertext or "hong" in item.ciphertext for item in items(session))


def test_a_resident_number_is_dropped_and_nothing_of_it_kept(database: Database, vault: Vault) -> None:
    with database.session() as session:
        masked = mask(session, vault, "주민번호 900101-1234567로 조회해 주세요")
    assert masked.barred
    assert masked.text == "주민번호 [[rrn:invalid:dropped]]로 조회해 주세요"
    with database.session() as session:
        assert items(session) == []
        assert vault.reveal(session, masked.text) == "주민번호 (주민등록번호(삭제됨))로 조회해 주세요"


def test_text_without_personal_data_stays_as_it_is(database: Database, vault: Vault) -> None:
    with database.session() as session:
        masked = mask(session, vault, "복사기 써도 되나요? 10 %입니까?")
        assert (masked.text, masked.barred) == ("복사기 써도 되나요? 10 %입니까?", False)
        assert items(session) == []


def test_the_reference_tells_whether_the_value_is_well_formed(database: Database, vault: Vault) -> None:
    with database.session() as session:
        masked = mask(session, vault, "010-1234-5678, 080-123-4567", lambda _, value: value[:3] == "010")
    assert [reference.valid for reference in references(masked.text)] == [True, False]


def test_what_is_forgotten_leaves_only_its_label(database: Database, vault: Vault) -> None:
    with database.session() as session:
        kept = mask(session, vault, "010-1111-2222").text
        gone = mask(session, vault, "010-3333-4444, 010-5555-6666").text
    with database.session() as session:
        vault.forget(session, gone)
    with database.session() as session:
        assert vault.reveal(session, f"{kept} {gone}") == "010-1111-2222 (전화번호), (전화번호)"
        assert vault.get(session, references(gone)[0].id) is None
        assert session.scalar(select(func.count()).select_from(VaultItem)) == 1


def test_forgetting_text_without_references_destroys_nothing(database: Database, vault: Vault) -> None:
    with database.session() as session:
        kept = vault.put(session, "name", "홍길동")
    with database.session() as session:
        vault.forget(session, "그만할게요")
        vault.forget(session, "")
        assert vault.get(session, kept.id) == "홍길동"


def test_a_reference_that_a_citizen_types_reveals_nothing(database: Database, vault: Vault) -> None:
    with database.session() as session:
        somebodys = vault.put(session, "phone", "010-9999-8888")
    with database.session() as session:
        masked = mask(session, vault, f"이건 뭔가요 {somebodys}")
        assert "010-9999-8888" not in vault.reveal(session, masked.text)
        assert references(masked.text) == []


BRACKETS = st.text(alphabet="[] ", max_size=4)
IDS = st.text(alphabet="0123456789abcdef", min_size=32, max_size=32)


@given(BRACKETS, st.sampled_from(sorted(LABELS)), st.sampled_from(["valid", "invalid"]), IDS, BRACKETS)
def test_no_number_of_brackets_makes_typed_text_a_reference(
    before: str, kind: str, state: str, item_id: str, after: str
) -> None:
    assert references(disarm(f"{before}[[{kind}:{state}:{item_id}]]{after}")) == []


@given(
    st.lists(
        st.sampled_from(["010-1234-5678", "hong@example.kr", "복사기", " 10 % ", "[[", "]]", "\n", "😀"])
    )
)
def test_reveal_restores_what_mask_took_out(parts: list[str]) -> None:
    text = " ".join(parts)
    with Session(MEMORY) as session:
        vault = Vault(CIPHER)
        masked = mask(session, vault, text)
        assert "1234" not in label(masked.text)  # the ids of references are random digits
        assert "hong" not in masked.text
        assert vault.reveal(session, masked.text) == disarm(text)


@given(st.text())
def test_the_cipher_gives_every_text_back_and_shows_none(text: str) -> None:
    ciphertext = CIPHER.encrypt(text)
    assert CIPHER.decrypt(ciphertext) == text
    assert ciphertext.isascii()
    assert CIPHER.encrypt(text) != ciphertext


def test_another_key_opens_nothing_and_says_so(cipher: Cipher) -> None:
    with pytest.raises(Unavailable):
        CIPHER.decrypt(cipher.encrypt("홍길동"))


def test_a_changed_ciphertext_is_refused(cipher: Cipher) -> None:
    ciphertext = cipher.encrypt("홍길동")
    with pytest.raises(Unavailable):
        cipher.decrypt(ciphertext[:20] + ("A" if ciphertext[20] != "A" else "B") + ciphertext[21:])


def test_a_fingerprint_is_the_same_for_the_same_value_under_the_same_key_only(cipher: Cipher) -> None:
    assert cipher.fingerprint("010-1234-5678") == cipher.fingerprint("010-1234-5678")
    assert cipher.fingerprint("010-1234-5678") != cipher.fingerprint("010-1234-5679")
    assert cipher.fingerprint("010-1234-5678") != CIPHER.fingerprint("010-1234-5678")


@pytest.mark.parametrize("kind", sorted(LABELS))
def test_a_reference_reads_back_as_it_was_written(kind: str) -> None:
    reference = Reference(kind, kind != "rrn", "0" * 32)
    assert references(f"앞 {reference} 뒤") == [reference]
    assert label(f"앞 {reference} 뒤") == f"앞 ({LABELS[kind]}) 뒤"
