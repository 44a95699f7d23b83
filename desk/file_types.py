"""What a file is, by its content: a name can say anything."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Final

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_HWP: Final = b"HWP Document File"
_MOST_ENTRIES: Final = 5000
_OFFICE: Final = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class FileType:
    """`suffix` is the ending that such a file's name gets."""

    media_type: str
    suffixes: tuple[str, ...]


PDF: Final = FileType("application/pdf", (".pdf",))
PNG: Final = FileType("image/png", (".png",))
JPEG: Final = FileType("image/jpeg", (".jpg", ".jpeg"))
HWP: Final = FileType("application/x-hwp", (".hwp",))
HWPX: Final = FileType("application/hwp+zip", (".hwpx",))
DOCX: Final = FileType(f"{_OFFICE}.wordprocessingml.document", (".docx",))
XLSX: Final = FileType(f"{_OFFICE}.spreadsheetml.sheet", (".xlsx",))
TXT: Final = FileType("text/plain; charset=utf-8", (".txt",))
NAMES: Final = "PDF, PNG, JPEG, HWP, HWPX, DOCX, XLSX, TXT"


def recognise(content: bytes) -> FileType | None:
    """One of the types above, or None. Office files with macros in them are none of these."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(_OLE):
        return HWP if _HWP in content else None
    if content.startswith(b"PK\x03\x04"):
        return _zipped(content)
    return TXT if _is_text(content) else None


def _zipped(content: bytes) -> FileType | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            # Stored without compression by the format's own rule, so what is read is never larger.
            kind = archive.read("mimetype").strip() if _small(archive, "mimetype") else b""
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError):
        return None
    if len(names) > _MOST_ENTRIES or any("vbaproject" in name.lower() for name in names):
        return None
    if kind == b"application/hwp+zip":
        return HWPX
    if "[Content_Types].xml" not in names:
        return None
    return DOCX if "word/document.xml" in names else XLSX if "xl/workbook.xml" in names else None


def _small(archive: zipfile.ZipFile, name: str) -> bool:
    return name in archive.namelist() and archive.getinfo(name).file_size < 100


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return bool(text.strip()) and not any(c < " " and c not in "\t\n\r\f" for c in text)
    return False
