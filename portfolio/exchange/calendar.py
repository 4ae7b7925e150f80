"""Due dates as a calendar (iCalendar, RFC 5545) that calendar programmes read by themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from icalendar import Calendar, Event

from portfolio.reports.reminders import DueItem


def write_calendar(name: str, items: Iterable[DueItem], at: dt.datetime) -> bytes:
    """Return one whole-day event for each item; ``at`` is when the calendar was made."""
    calendar = Calendar()
    calendar.add("prodid", "-//Education capital-project portfolio//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", name)
    for item in items:
        event = Event()
        event.add("uid", f"{item.key}@portfolio")
        event.add("dtstamp", at)
        event.add("dtstart", item.due_on)
        event.add("dtend", item.due_on + dt.timedelta(days=1))
        event.add("summary", item.title)
        event.add("description", item.note)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
