"""Each error of the family knows its status and carries one Korean sentence."""

from __future__ import annotations

import pytest

from core import errors


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.Malformed, 400),
        (errors.Unauthorized, 401),
        (errors.Forbidden, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.Invalid, 422),
        (errors.Unavailable, 503),
        (errors.EungdaeError, 500),
    ],
)
def test_an_error_knows_its_status_and_its_sentence(kind: type[errors.EungdaeError], status: int) -> None:
    error = kind("다시 확인해 주십시오.")
    assert (error.status, error.message, error.fields) == (status, "다시 확인해 주십시오.", {})


def test_a_rate_limit_says_how_long_to_wait() -> None:
    error = errors.TooMany("잠시 후 다시 시도해 주십시오.", retry_after=12.5)
    assert (error.status, error.retry_after) == (429, 12.5)


def test_an_invalid_form_names_its_fields() -> None:
    assert errors.Invalid("확인해 주십시오.", phone="번호를 확인해 주십시오.").fields == {
        "phone": "번호를 확인해 주십시오."
    }
