"""A calendar that counts on its fingers: slow, plain, and written without a look at the one it checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

# Typed by hand from the government's calendar, not taken from the library that is tested.
HOLIDAYS = {
    date.fromisoformat(day)
    for day in """
    2024-01-01 2024-02-09 2024-02-12 2024-03-01 2024-04-10 2024-05-06 2024-05-15 2024-06-06 2024-08-15
    2024-09-16 2024-09-17 2024-09-18 2024-10-01 2024-10-03 2024-10-09 2024-12-25
    2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-03-03 2025-05-05 2025-05-06 2025-06-03
    2025-06-06 2025-08-15 2025-10-03 2025-10-06 2025-10-07 2025-10-08 2025-10-09 2025-12-25
    2026-01-01 2026-02-16 2026-02-17 2026-02-18 2026-03-02 2026-05-01 2026-05-05 2026-05-25 2026-06-03
    2026-07-17 2026-08-17 2026-09-24 2026-09-25 2026-10-05 2026-10-09 2026-12-25
    2027-01-01 2027-02-08 2027-02-09 2027-03-01 2027-05-03 2027-05-05 2027-05-13 2027-07-19 2027-08-16
    2027-09-14 2027-09-15 2027-09-16 2027-10-04 2027-10-11 2027-12-27
    2028-01-26 2028-01-27 2028-01-28
    """.split()  # noqa: SIM905
}
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Slow:
    """`opens`, `closes`, `lunch` are minutes since midnight; moments are whole minutes, in Seoul."""

    own: Mapping[date, bool] = field(default_factory=dict)
    opens: int = 540
    closes: int = 1080
    lunch: tuple[int, int] | None = (720, 780)

    @property
    def hours(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"

    @property
    def lunch_hours(self) -> str:
        return f"{_clock(self.lunch[0])}-{_clock(self.lunch[1])}" if self.lunch else ""

    def is_open(self, day: date) -> bool:
        if day in self.own:
            return self.own[day]
        return day.strftime("%a") not in ("Sat", "Sun") and day not in HOLIDAYS

    def third_day(self, day: date) -> date:
        found: list[date] = []
        while len(found) < 3:
            day = day + timedelta(days=1)
            if self.is_open(day):
                found.append(day)
        return found[-1]

    def is_worked(self, minute: datetime) -> bool:
        """Whether the minute that begins here is worked."""
        clock = minute.hour * 60 + minute.minute
        eating = self.lunch is not None and self.lunch[0] <= clock < self.lunch[1]
        return self.is_open(minute.date()) and self.opens <= clock < self.closes and not eating

    def minutes(self, start: datetime, end: datetime) -> int:
        """How many worked minutes lie between; negative backwards."""
        if end < start:
            return -self.minutes(end, start)
        count = 0
        while start < end:
            count += self.is_worked(start)
            start += MINUTE
        return count

    def after(self, start: datetime, worked: int) -> datetime:
        """The moment at which so many worked minutes have gone by."""
        while worked:
            worked -= self.is_worked(start)
            start += MINUTE
        return start


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
