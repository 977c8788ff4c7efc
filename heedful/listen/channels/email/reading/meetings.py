"""What a calendar invitation says, for people whose mail shows no calendar."""

from datetime import datetime

from heedful.kit import names
from heedful.listen.channels.email.reading.mail import Meeting

LONGEST = 200_000
ESCAPES = (("\\n", " "), ("\\N", " "), ("\\,", ","), ("\\;", ";"), ("\\\\", "\\"))


def read(calendar: str) -> Meeting | None:
    """Return the first meeting of a calendar file; nothing where there is none."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in _unfolded(calendar[:LONGEST]):
        name, _, value = line.partition(":")
        key = name.partition(";")[0].strip().upper()
        if key == "BEGIN":
            path.append(value.strip().upper())
        elif key == "END":
            path = path[:-1]
            if value.strip().upper() == "VEVENT":
                break
        elif key == "METHOD" or path[-1:] == ["VEVENT"]:
            found.setdefault(key, _value(key, name, value))
    return _meeting(found) if found.keys() & {"SUMMARY", "DTSTART", "UID"} else None


def _meeting(found: dict[str, str]) -> Meeting:
    return Meeting(
        method=found.get("METHOD", "").upper(),
        summary=found.get("SUMMARY", "") or "Without a title",
        starts=found.get("DTSTART", ""),
        ends=found.get("DTEND", ""),
        location=found.get("LOCATION", ""),
        organizer=found.get("ORGANIZER", ""),
    )


def _unfolded(calendar: str) -> list[str]:
    lines: list[list[str]] = []
    for line in calendar.splitlines():
        if line[:1] in (" ", "\t") and lines:
            lines[-1].append(line[1:])
        else:
            lines.append([line])
    return ["".join(parts) for parts in lines]


def _value(key: str, name: str, value: str) -> str:
    if key in ("DTSTART", "DTEND"):
        return _moment(value.strip(), name)
    if key == "ORGANIZER":
        return value.strip().removeprefix("mailto:").removeprefix("MAILTO:")
    for sign, plain in ESCAPES:
        value = value.replace(sign, plain)
    return names.one_line(value, most=1_000)


def _moment(value: str, name: str) -> str:
    """A moment with the zone that it is written in; what is none stays as it is."""
    zone = "UTC" if value.endswith("Z") else name.partition("TZID=")[2].partition(";")[0].strip('"')
    plain = value.removesuffix("Z")
    for written, shown in (
        ("%Y%m%dT%H%M%S", "%Y-%m-%d %H:%M"),
        ("%Y%m%dT%H%M", "%Y-%m-%d %H:%M"),
        ("%Y%m%d", "%Y-%m-%d"),
    ):
        try:
            moment = datetime.strptime(plain, written)  # noqa: DTZ007 - its zone is named beside it
        except ValueError:
            continue
        return f"{moment.strftime(shown)} {zone}".strip()
    return value[:40]
