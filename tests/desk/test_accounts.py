from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from core.clock import SEOUL
from core.database import Database
from core.errors import Conflict, EungdaeError, Invalid, TooMany, Unauthorized
from desk import access, accounts, passwords
from desk.models import AccessLog, LoginFailure, Staff, StaffSession

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=SEOUL)
IDLE = timedelta(minutes=30)
HOME, ELSEWHERE = "192.0.2.1", "192.0.2.2"
PASSWORD = "correct horse battery"


@pytest.fixture
def office(desk: Database) -> Database:
    """The small desk, where Kim has a password."""
    with desk.session() as session:
        accounts.set_password(session, session.get_one(Staff, "kim"), PASSWORD)
    return desk


def log_in(
    office: Database,
    password: str = PASSWORD,
    username: str = "kim",
    now: datetime = NOW,
    address: str = HOME,
) -> str:
    with office.session() as session:
        return accounts.authenticate(session, username, password, address, now).id


def fail(
    office: Database, times: int, username: str = "kim", now: datetime = NOW, address: str = HOME
) -> None:
    for _ in range(times):
        with pytest.raises(Unauthorized):
            log_in(office, "wrong", username, now, address)


def start(office: Database, now: datetime = NOW) -> str:
    with office.session() as session:
        return accounts.start_session(session, session.get_one(Staff, "kim"), HOME, now)[0]


def is_in(office: Database, token: str, now: datetime, touch: bool = True) -> bool:
    with office.session() as session:
        return accounts.resume(session, token, now, IDLE, touch=touch) is not None


def test_the_right_password_opens_the_account_in_any_case_of_the_username(office: Database) -> None:
    assert log_in(office) == "kim"
    assert log_in(office, username=" KIM ") == "kim"


def test_whatever_is_wrong_the_message_is_the_same(office: Database) -> None:
    with office.session() as session:
        away = session.get_one(Staff, "cho")
        accounts.set_password(session, away, PASSWORD)
        away.active = False
    messages = set()
    for username, password in [
        ("kim", "wrong"),
        ("nobody", PASSWORD),
        ("yoon", ""),
        ("cho", PASSWORD),
        ("", ""),
    ]:
        with pytest.raises(Unauthorized) as caught:
            log_in(office, password, username)
        messages.add(caught.value.message)
    assert len(messages) == 1


def test_a_password_is_kept_as_an_argon2_hash_alone(office: Database) -> None:
    with office.session() as session:
        kept = session.get_one(Staff, "kim").password_hash
    assert kept is not None
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


def test_after_five_failures_the_account_waits_and_longer_each_time(office: Database) -> None:
    fail(office, 5)
    with pytest.raises(TooMany) as first:
        log_in(office)
    assert first.value.retry_after == 1
    fail(office, 1, now=NOW + timedelta(seconds=1))
    with pytest.raises(TooMany) as second:
        log_in(office, now=NOW + timedelta(seconds=1))
    assert second.value.retry_after == 2
    assert log_in(office, now=NOW + timedelta(seconds=3)) == "kim"


def test_waiting_never_takes_longer_than_a_quarter_of_an_hour(office: Database) -> None:
    with office.session() as session:
        subject = accounts.failures._hash("account", "kim")
        session.add_all(LoginFailure(subject=subject, at=NOW) for _ in range(2000))
    with pytest.raises(TooMany) as caught:
        log_in(office, address=ELSEWHERE)
    assert caught.value.retry_after == 15 * 60
    assert log_in(office, now=NOW + timedelta(minutes=15), address=ELSEWHERE) == "kim"


def test_a_slowed_account_waits_from_every_address(office: Database) -> None:
    fail(office, 5)
    with pytest.raises(TooMany):
        log_in(office, address=ELSEWHERE)


def test_an_address_that_guesses_many_accounts_waits_for_all_of_them(office: Database) -> None:
    for number in range(20):
        fail(office, 1, username=f"guess{number}")
    with pytest.raises(TooMany):
        log_in(office)
    assert log_in(office, address=ELSEWHERE) == "kim"


def test_a_success_clears_the_account_but_not_the_address(office: Database) -> None:
    fail(office, 4)
    log_in(office)
    fail(office, 4)
    assert log_in(office) == "kim"
    for number in range(12):
        fail(office, 1, username=f"guess{number}")
    with pytest.raises(TooMany):
        log_in(office)


def test_a_restart_forgets_no_failure(office: Database) -> None:
    fail(office, 5)
    again = Database(office.url)
    with pytest.raises(TooMany):
        log_in(again)
    again.close()


def test_a_failure_counts_once_whether_the_error_is_caught_inside_or_outside(office: Database) -> None:
    fail(office, 1)
    with office.session() as session:
        with pytest.raises(Unauthorized):
            accounts.authenticate(session, "kim", "wrong", HOME, NOW)
        access.log(session, None, HOME, "login.failed", "kim", NOW)
    with office.session() as session:
        assert len(session.scalars(select(LoginFailure)).all()) == 4  # two failures, account and address each
        assert session.scalars(select(AccessLog.action)).all() == ["login.failed"]


def test_old_failures_are_forgotten_and_nothing_typed_is_kept(office: Database) -> None:
    fail(office, 5, username="my-secret-password")
    with office.session() as session:
        assert "my-secret" not in str(session.scalars(select(LoginFailure.subject)).all())
    fail(office, 1, now=NOW + timedelta(hours=2))
    with office.session() as session:
        assert len(session.scalars(select(LoginFailure)).all()) == 2


def test_a_session_is_resumed_by_its_token_which_is_kept_only_as_a_hash(office: Database) -> None:
    token = start(office)
    with office.session() as session:
        resumed = accounts.resume(session, token, NOW, IDLE)
        row = session.scalars(select(StaffSession)).one()
    assert resumed is not None
    assert (resumed[0].id, resumed[1]) == ("kim", row.csrf)
    assert token not in (row.token_hash, row.csrf)
    assert not is_in(office, row.token_hash, NOW)
    assert not is_in(office, "", NOW)


def test_an_idle_session_ends_and_an_active_one_goes_on(office: Database) -> None:
    token = start(office)
    for minutes in (20, 40, 60):
        assert is_in(office, token, NOW + timedelta(minutes=minutes))
    assert not is_in(office, token, NOW + timedelta(minutes=91))
    assert not is_in(office, token, NOW + timedelta(minutes=61))


def test_a_page_that_polls_by_itself_keeps_nobody_logged_in(office: Database) -> None:
    token = start(office)
    for minutes in range(1, 31):
        assert is_in(office, token, NOW + timedelta(minutes=minutes), touch=False)
    assert not is_in(office, token, NOW + timedelta(minutes=31), touch=False)


def test_even_an_active_session_ends_after_a_working_day(office: Database) -> None:
    token = start(office)
    for minutes in range(20, 12 * 60, 20):
        assert is_in(office, token, NOW + timedelta(minutes=minutes))
    assert not is_in(office, token, NOW + timedelta(hours=12, seconds=1))


def test_logging_out_ends_one_session_and_being_switched_off_ends_all(office: Database) -> None:
    first, second = start(office), start(office)
    with office.session() as session:
        accounts.end_session(session, first)
        accounts.end_session(session, "unknown")
    assert not is_in(office, first, NOW)
    assert is_in(office, second, NOW)
    with office.session() as session:
        session.get_one(Staff, "kim").active = False
    assert not is_in(office, second, NOW)


def test_a_new_password_ends_every_other_session(office: Database) -> None:
    here, there = start(office), start(office)
    with office.session() as session:
        accounts.set_password(session, session.get_one(Staff, "kim"), "another good one", keep_token=here)
    assert is_in(office, here, NOW)
    assert not is_in(office, there, NOW)
    with pytest.raises(Unauthorized):
        log_in(office)


@pytest.mark.parametrize("weak", ["", "short", "aaaaaaaaaaaa", "kim-kim-kim1", "x" * 201])
def test_a_weak_password_is_refused_with_a_hint(office: Database, weak: str) -> None:
    with pytest.raises(Invalid) as caught, office.session() as session:
        accounts.set_password(session, session.get_one(Staff, "kim"), weak)
    assert caught.value.fields["password"]
    assert log_in(office) == "kim"


def test_an_outdated_hash_is_renewed_at_the_next_log_in(office: Database) -> None:
    weak = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with office.session() as session:
        session.get_one(Staff, "kim").password_hash = weak
    log_in(office)
    with office.session() as session:
        assert session.get_one(Staff, "kim").password_hash != weak
    assert log_in(office) == "kim"


def test_the_first_administrator_gets_one_random_password_once(office: Database) -> None:
    with office.session() as session:
        password = accounts.ensure_first_admin(session)
    with office.session() as session:
        assert accounts.ensure_first_admin(session) is None
        admin = accounts.find(session, "admin")
    assert password is not None
    assert len(set(password)) > 6
    assert admin is not None
    assert (admin.role, admin.department_id) == ("admin", "front")
    assert log_in(office, password, "admin") == admin.id


def test_the_first_administrator_needs_no_directory(database: Database) -> None:
    with database.session() as session:
        assert accounts.ensure_first_admin(session)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"username": "KIM"}, Conflict),
        ({"username": " "}, Invalid),
        ({"name": ""}, Invalid),
        ({"role": "king"}, Invalid),
        ({"department_id": "nowhere"}, Invalid),
        ({"password": "short"}, Invalid),
    ],
)
def test_a_wrong_account_is_refused(
    office: Database, changes: dict[str, str], error: type[EungdaeError]
) -> None:
    values = {"username": "new", "name": "새담당", "department_id": "front", **changes}
    with pytest.raises(error), office.session() as session:
        accounts.add(session, **values)
    with office.session() as session:
        assert len(accounts.all_staff(session)) == 3


def test_the_access_log_tells_who_when_from_where_what_and_whose(office: Database) -> None:
    with office.session() as session:
        access.log(session, "kim", HOME, "ticket.read", "E-20261123-7F3K", NOW)
        access.log(session, None, "x" * 500, "y" * 500, "z" * 500, NOW)
    with office.session() as session:
        line = session.scalars(select(AccessLog).where(AccessLog.staff_id == "kim")).one()
        assert (line.at, line.address, line.action, line.subject) == (
            NOW,
            HOME,
            "ticket.read",
            "E-20261123-7F3K",
        )
