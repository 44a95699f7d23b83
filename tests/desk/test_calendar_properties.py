"""The calendar against a counter that walks every minute by itself, over the years 2024 to 2027."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import SEOUL
from desk.calendar import Calendar, Hours, promise_end
from tests.desk.slow_calendar import HOLIDAYS, Slow

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAY = 24 * 60
WALKS = settings(deadline=None, max_examples=80)

# Around holidays and weekends much happens: half of the days are drawn there.
days = st.one_of(
    st.dates(FIRST, LAST),
    st.builds(
        lambda day, n: min(day - timedelta(days=n), LAST),
        st.sampled_from(sorted(HOLIDAYS)),
        st.integers(-1, 5),
    ),
)
clocks = st.one_of(
    st.integers(0, DAY - 1), st.sampled_from([0, 1, 539, 540, 719, 720, 779, 780, 1079, 1080, DAY - 1])
)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Whole minutes in Seoul."""
    return datetime.combine(draw(days), time(), SEOUL) + timedelta(minutes=draw(clocks))


@st.composite
def counters(draw: st.DrawFn, near: date) -> Slow:
    """With days that the foundation opened or closed just there, and a department's odd hours and lunch."""
    own = draw(
        st.dictionaries(st.integers(0, 12).map(lambda n: near + timedelta(days=n)), st.booleans(), max_size=5)
    )
    if draw(st.booleans()):
        return Slow(own)
    opens = draw(st.integers(0, DAY - 300))
    closes = draw(st.integers(opens + 300, DAY))
    lunch = None
    if draw(st.booleans()):
        starts = draw(st.integers(opens + 1, closes - 121))
        lunch = (starts, draw(st.integers(starts + 1, starts + 120)))
    return Slow(own, opens, closes, lunch)


@st.composite
def cases(draw: st.DrawFn) -> tuple[datetime, Slow, Calendar, Hours]:
    """A moment, and both ways of counting from it."""
    moment = draw(moments())
    slow = draw(counters(moment.date()))
    return moment, slow, Calendar(slow.own), Hours.parse(slow.hours, slow.lunch_hours)


Case = tuple[datetime, Slow, Calendar, Hours]


@given(cases())
@settings(max_examples=400)
def test_the_promise_is_the_third_open_day_counted_one_by_one(case: Case) -> None:
    moment, slow, calendar, _ = case
    assert calendar.promise_due(moment) == slow.third_day(moment.date())


@given(cases(), st.integers(1, 24 * 60))
@WALKS
def test_the_target_is_where_the_minutes_counted_one_by_one_end(case: Case, worked: int) -> None:
    moment, slow, calendar, hours = case
    reached = calendar.target(moment, hours, timedelta(minutes=worked))
    assert reached == slow.after(moment, worked)


@given(cases(), st.integers(-12 * DAY, 12 * DAY))
@WALKS
def test_working_time_is_the_minutes_counted_one_by_one(case: Case, ahead: int) -> None:
    moment, slow, calendar, hours = case
    until = moment + timedelta(minutes=ahead)
    assert calendar.working_time(moment, until, hours) == timedelta(minutes=slow.minutes(moment, until))


@given(cases(), st.timezones())
def test_the_zone_in_which_a_moment_is_written_changes_nothing(case: Case, zone: tzinfo) -> None:
    moment, _, calendar, hours = case
    abroad = moment.astimezone(zone)
    assert calendar.promise_due(abroad) == calendar.promise_due(moment)
    assert calendar.target(abroad, hours) == calendar.target(moment, hours)
    assert calendar.working_time(abroad, promise_end(moment.date()), hours) == calendar.working_time(
        moment, promise_end(moment.date()), hours
    )


@given(cases(), st.timedeltas(timedelta(), timedelta(days=5)))
def test_a_later_receipt_never_has_an_earlier_date(case: Case, later: timedelta) -> None:
    first, _, calendar, hours = case
    assert calendar.promise_due(first) <= calendar.promise_due(first + later)
    assert calendar.target(first, hours) <= calendar.target(first + later, hours)


@given(cases(), st.timedeltas(timedelta(), timedelta(days=9)), st.timedeltas(timedelta(), timedelta(days=9)))
def test_working_time_adds_up_to_the_microsecond(case: Case, one: timedelta, other: timedelta) -> None:
    since, _, calendar, hours = case
    between, until = since + one, since + one + other
    parts = calendar.working_time(since, between, hours) + calendar.working_time(between, until, hours)
    assert calendar.working_time(since, until, hours) == parts


@given(cases(), st.timedeltas(timedelta(microseconds=1), timedelta(hours=40)))
def test_as_much_time_is_worked_until_the_target_as_was_asked_for(case: Case, length: timedelta) -> None:
    moment, _, calendar, hours = case
    assert calendar.working_time(moment, calendar.target(moment, hours, length), hours) == length


@given(moments(), st.integers(1, 10))
def test_a_holiday_proclaimed_in_time_never_brings_a_promise_forward(moment: datetime, ahead: int) -> None:
    day = moment.date() + timedelta(days=ahead)
    public, proclaimed = Calendar(), Calendar({day: False})
    due = public.promise_due(moment)
    later = proclaimed.promise_due(moment)
    assert later >= due
    # It costs a day exactly where it takes one away.
    assert (later > due) == (public.is_business_day(day) and day <= due)
