"""A deadline as a calendar file (.ics, RFC 5545) that goes with a mail, so that it stands in the agency's own calendar.

Flow: agency, round and deadline in → one event, half an hour long, that ends with the first moment that is late → an
enclosure. Its UID is the agency's in that round and SEQUENCE grows with every change, so that a newer file replaces the
older event. METHOD:PUBLISH (RFC 5546, 3.2.1): nobody is asked to answer. Times are UTC, which every calendar shows
locally and which needs no VTIMEZONE.

Only written here, never read. The same arguments give the same bytes. Nothing fails but for missing words (KeyError).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

from bot.domain.agency import Agency
from bot.domain.form import Form
from bot.domain.letter import Enclosure
from bot.domain.office import Office, WorkingTime
from bot.domain.round import Deadline, Round
from bot.text.dates import say_deadline
from bot.text.periods import say_period

CALENDAR_TYPE = "text/calendar; method=PUBLISH; charset=utf-8"
LENGTH = timedelta(minutes=30)
# How long before the deadline the calendar speaks; where nobody would be at work then, an hour before closing.
ALARMS = (timedelta(days=1), timedelta(hours=3))
BEFORE_CLOSING = timedelta(hours=1)


def deadline_event(
    *,
    agency: Agency,
    round_: Round,
    deadline: Deadline,
    forms: Sequence[Form],
    office: Office,
    sequence: int,
    at: datetime,
    words: Mapping[str, str],
    cancelled: bool = False,
) -> Enclosure:
    """The file for that agency. `at` is when it is written, aware; `sequence` how often the deadline was changed;
    `cancelled`: nothing is asked of the agency any more. `words` are `[calendar]` of screens.toml.
    """
    period = say_period(round_.period.kind, round_.period.ordinal, round_.period.year, office.language)
    facts = {
        "period": period,
        "agency": agency.name,
        "office": office.name,
        "due": say_deadline(office.working_time.local(deadline.instant), office.language),
        "forms": "; ".join(dict.fromkeys(form.short_title for form in forms)),
        "mailbox": office.address,
        "coordinator": ", ".join(
            filter(None, (office.coordinator.name, office.coordinator.telephone, office.coordinator.address))
        ),
    }
    summary = words["cancelled" if cancelled else "summary"].format(**facts)
    calendar = Calendar()
    calendar.add("prodid", "-//thuky//deadline//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    event = Event()
    starts = deadline.instant.astimezone(UTC) - LENGTH
    event.add("uid", f"deadline.{round_.code}.{agency.code}@{office.address.rpartition('@')[2]}")
    event.add("sequence", sequence)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("last-modified", at.astimezone(UTC))
    event.add("dtstart", starts)
    event.add("dtend", deadline.instant.astimezone(UTC))
    event.add("summary", summary)
    event.add("description", words["no_longer" if cancelled else "description"].format(**facts))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")  # whoever has it in the calendar is not busy for it
    organizer = vCalAddress(f"mailto:{office.address}")
    organizer.params["cn"] = vText(office.name)
    event.add("organizer", organizer)
    for moment in () if cancelled else alarms(deadline, office.working_time):
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", moment - starts)
        event.add_component(alarm)
    calendar.add_component(event)
    name = words["file"].format(**facts).replace("/", "-")
    return Enclosure(name, CALENDAR_TYPE, calendar.to_ical())


def alarms(deadline: Deadline, working_time: WorkingTime) -> Iterator[datetime]:
    """When the calendar speaks, each moment once: within office hours, for a deadline is often at midnight."""
    said = set()
    for lead in ALARMS:
        moment = working_time.local(deadline.instant - lead)
        if not working_time.is_open(moment):
            day = moment.date()
            if moment.time() < working_time.opens:
                day -= timedelta(days=1)
            day = working_time.working_day_on_or_before(day)
            opening, closing = (
                datetime.combine(day, clock, working_time.timezone)
                for clock in (working_time.opens, working_time.closes)
            )
            moment = max(opening, closing - BEFORE_CLOSING)
        if moment not in said:
            said.add(moment)
            yield moment
