"""Files of a ticket: known by their content, kept encrypted, and never under the name they came with."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.database import Database
from core.errors import Conflict, Invalid, NotFound, Unavailable
from core.privacy import Vault
from desk import file_types, tickets
from desk.attachments import LARGEST, MOST, Attachments, File, plain_name
from desk.file_types import PDF, TXT, recognise
from tests.desk.conftest import NOW

PDF_BYTES = b"%PDF-1.7\n1 0 obj\n"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def zipped(**files: bytes) -> bytes:
    """An archive; in names `__` stands for a slash, and `_dot_` for a dot."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return kept.getvalue()


def office(part: str, **more: bytes) -> bytes:
    types = {"[Content_Types].xml": b"<Types/>"}
    return zipped(**types, **{part: b"<x/>"}, **more)


SAMPLES = {
    "application/pdf": PDF_BYTES,
    "image/png": b"\x89PNG\r\n\x1a\n\x00\x00",
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "application/x-hwp": OLE + b"\x00" * 500 + b"HWP Document File V5.00",
    "application/hwp+zip": zipped(mimetype=b"application/hwp+zip", Contents__header_dot_xml=b"<x/>"),
    file_types.DOCX.media_type: office("word__document_dot_xml"),
    file_types.XLSX.media_type: office("xl__workbook_dot_xml"),
    file_types.TXT.media_type: "문의하신 내용입니다.\r\n".encode("cp949"),
}
REFUSED = {
    "empty": b"",
    "blank": b"  \n",
    "program": b"MZ\x90\x00\x03\x00",
    "elf": b"\x7fELF\x02\x01",
    "word of old": OLE + b"W\x00o\x00r\x00d\x00D\x00o\x00c\x00u\x00m\x00e\x00n\x00t",
    "archive": zipped(a_dot_exe=b"MZ"),
    "broken archive": b"PK\x03\x04 rubbish",
    "macros": office("word__document_dot_xml", word__vbaProject_dot_bin=b"x"),
    "binary in words": "글\x00자".encode(),
    "rubbish": bytes(range(128, 256)),
}


@pytest.fixture
def files(tmp_path: Path, vault: Vault) -> Attachments:
    return Attachments(tmp_path / "files", vault.cipher)


def keep(
    desk: Database, files: Attachments, number: str, name: str = "안내.pdf", content: bytes = PDF_BYTES
) -> File:
    with desk.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        return files.keep(session, ticket, name, content, "cho", NOW)


@pytest.mark.parametrize("media_type", SAMPLES)
def test_every_allowed_type_is_known_by_its_content(media_type: str) -> None:
    found = recognise(SAMPLES[media_type])
    assert found
    assert found.media_type == media_type


@pytest.mark.parametrize("what", REFUSED)
def test_anything_else_is_refused_whatever_its_name(
    desk: Database, files: Attachments, opened, what: str
) -> None:
    with pytest.raises(Invalid, match="올리실 수 있는 파일은"):
        keep(desk, files, opened().number, "보고서.pdf", REFUSED[what])


@given(st.binary(max_size=300))
def test_no_content_breaks_the_recognition(content: bytes) -> None:
    recognise(content)
    recognise(b"PK\x03\x04" + content)
    recognise(OLE + content)


def test_a_file_comes_back_as_it_was(desk: Database, files: Attachments, opened) -> None:
    kept = keep(desk, files, opened().number)
    with desk.session() as session:
        found = files.read(session, kept.id)
    assert (found.name, found.media_type, found.content) == ("안내.pdf", "application/pdf", PDF_BYTES)
    assert not found.sent


def test_name_and_content_are_encrypted_where_they_are_kept(
    desk: Database, files: Attachments, opened, tmp_path: Path
) -> None:
    secret = "홍길동의 계좌".encode()
    kept = keep(desk, files, opened().number, "홍길동.txt", secret)
    [path] = (tmp_path / "files").iterdir()
    assert path.name == kept.id
    assert secret not in path.read_bytes()
    with desk.session() as session:
        from desk.models import Attachment

        assert "홍길동" not in session.get_one(Attachment, kept.id).name


def test_too_large_a_file_is_refused(desk: Database, files: Attachments, opened) -> None:
    number = opened().number
    with pytest.raises(Invalid, match="10 MB"):
        keep(desk, files, number, content=PDF_BYTES + b"x" * LARGEST)
    keep(desk, files, number, content=(PDF_BYTES + b"x" * LARGEST)[:LARGEST])


def test_too_many_files_are_refused(desk: Database, files: Attachments, opened) -> None:
    number = opened().number
    for _ in range(MOST):
        keep(desk, files, number)
    with pytest.raises(Conflict, match="20개까지"):
        keep(desk, files, number)


@pytest.mark.parametrize(
    ("given_name", "kept_name"),
    [
        ("안내.pdf", "안내.pdf"),
        ("ANNAE.PDF", "ANNAE.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\kim\\보고서.pdf", "보고서.pdf"),
        ("/etc/cron.d/x.pdf", "x.pdf"),
        ("보고서.exe", "보고서.exe.pdf"),
        ("보고서\u202efdp.exe", "보고서fdp.exe.pdf"),
        ('a"b\r\nX-Header: 1.pdf', "abX-Header 1.pdf"),
        ("..", "첨부파일.pdf"),
        ("", "첨부파일.pdf"),
        (".pdf", "pdf.pdf"),
        ("가" * 300 + ".pdf", "가" * 100 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(given_name: str, kept_name: str) -> None:
    assert plain_name(given_name, PDF) == kept_name


@given(st.text(max_size=300))
def test_no_name_leads_anywhere_else(name: str) -> None:
    found = plain_name(name, TXT)
    assert not set('/\\\r\n\x00":') & set(found)
    assert found.endswith(".txt")
    assert 4 < len(found) <= 104
    assert not found.startswith(".")


def test_a_file_of_another_ticket_is_not_sent(desk: Database, files: Attachments, opened) -> None:
    own, other = opened().number, opened().number
    strange = keep(desk, files, other)
    with desk.session() as session:
        ticket = tickets.find(session, own)
        assert ticket
        with pytest.raises(Invalid, match="이 접수에 올린"):
            files.send(session, ticket, [strange.id])
        with pytest.raises(Invalid):
            files.send(session, ticket, ["nothing"])


def test_what_was_sent_is_not_removed_and_what_was_not_is(
    desk: Database, files: Attachments, opened, tmp_path: Path
) -> None:
    number = opened().number
    sent, unsent = keep(desk, files, number), keep(desk, files, number)
    with desk.session() as session:
        ticket = tickets.find(session, number)
        assert ticket
        files.send(session, ticket, [sent.id, sent.id])
    with desk.session() as session:
        files.remove(session, unsent.id)
    with desk.session() as session, pytest.raises(Conflict, match="이미 보낸"):
        files.remove(session, sent.id)
    assert [path.name for path in (tmp_path / "files").iterdir()] == [sent.id]


@pytest.mark.parametrize("attachment_id", ["nothing", "../secrets", "x" * 64])
def test_an_unknown_file_is_not_found(desk: Database, files: Attachments, attachment_id: str) -> None:
    with desk.session() as session, pytest.raises(NotFound):
        files.read(session, attachment_id)


def test_a_spoiled_file_is_told_as_such(desk: Database, files: Attachments, opened, tmp_path: Path) -> None:
    kept = keep(desk, files, opened().number)
    path = tmp_path / "files" / kept.id
    path.write_bytes(path.read_bytes()[:-9] + b"AAAAAAAAA")
    with desk.session() as session, pytest.raises(Unavailable, match="손상"):
        files.read(session, kept.id)
