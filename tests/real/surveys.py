"""Real surveys and promises, each with a map that was written from the documentation, and how that map is mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from heedful.promise.standards import StandardDraft

DOCUMENTED = Path(__file__).parents[2] / "docs" / "maps"
DAY = 86_400


@dataclass(frozen=True, slots=True)
class RealSet:
    """The first rows of a file, the map by which they come in, what is mended in it, and what both bring."""

    file: str
    map_text: str
    mend: tuple[str, str]
    """What the map says first, and what it says when it is mended."""
    question: str
    """Whose answers show that the map was mended; none where nobody was asked anything."""
    brought: tuple[int, int]
    """Touchpoints and bad rows by the first map."""
    mended: tuple[int, int]
    rows: int = 150
    standards: Sequence[StandardDraft] = ()

    def __str__(self) -> str:
        return self.file.partition("/")[0]


def _scores(topics: dict[str, str], told: str) -> str:
    return "".join(f'"{question}" = {{ column = "{column}", {told} }}\n' for question, column in topics.items())


AIRPORT = """
source = "airport"
id = "RESPNUM"
time_zone = "America/Los_Angeles"
[customer]
external = { column = "RESPNUM", prefix = "passenger-" }
segment = "DESTGEO"
[[touchpoint]]
kind = "survey_answered"
at = { column = "INTDATE", prefix = "2017-05-", format = "%Y-%m-%d" }
channel = "survey"
properties = { airline = "AIRLINE", gate = "GATE" }
[touchpoint.scores]
recommend = "NETPRO"
""" + _scores(
    {
        "satisfaction": "Q7ALL",
        "satisfaction.art": "Q7ART",
        "satisfaction.food": "Q7FOOD",
        "satisfaction.signs": "Q7SIGN",
        "satisfaction.wifi": "Q7WIFI",
        "satisfaction.cleanliness": "Q9ALL",
    },
    "none = [0, 6]",
)

LOUNGE = """
source = "lounges"
[customer]
external = { row = true, prefix = "guest-" }
attributes = { country = "author_country" }
[[touchpoint]]
kind = "lounge_reviewed"
at = { column = "date", format = "%Y-%m-%d" }
channel = "web"
verbatim = "content"
properties = { airline = "airline_name", airport = "airport" }
[touchpoint.scores]
satisfaction = "overall_rating"
"satisfaction.staff" = "staff_service_rating"
"yes.recommended" = "recommended"
"""

ORIENTATION = """
source = "orientation"
[customer]
external = { row = true, prefix = "student-" }
segment = { column = "gender", map = { "0" = "man", "1" = "woman" } }
[[touchpoint]]
kind = "survey_answered"
at = { text = "2002-05-01" }
[touchpoint.scores]
satisfaction = { column = "global", of = [1, 7] }
""" + _scores(
    {
        "satisfaction.information": "informat",
        "satisfaction.willingness": "willingn",
        "satisfaction.hours": "officeho",
        "satisfaction.competence": "compete",
    },
    "of = [1, 7]",
)

KIOSK = """
source = "kiosk"
id = "respondent"
[customer]
external = { column = "respondent", prefix = "kiosk-" }
segment = { column = "age_band", map = { "20대" = "twenties" }, default = "others" }
[[touchpoint]]
kind = "survey_answered"
at = { text = "2019-11-01" }
[touchpoint.scores]
satisfaction = "overall_satisfaction"
""" + _scores(
    {
        f"{side}satisfaction.item{n}": f"{code}{n:02}"
        for n in range(1, 9)
        for side, code in (("expected.", "E"), ("", "P"))
    },
    "of = [1, 7]",
)

MOBILE = """
source = "mobile"
[customer]
external = { row = true, prefix = "mobile-" }
[[touchpoint]]
kind = "survey_answered"
at = { text = "2005-01-01" }
[touchpoint.scores]
""" + _scores(
    {
        "expected.satisfaction.network": "CUEX1",
        "satisfaction.network": "PERQ2",
        "satisfaction": "CUSA1",
        "satisfaction.value": "PERV1",
    },
    "of = [1, 10]",
)

EMPLOYEES = """
source = "employees"
[customer]
external = { row = true, prefix = "employee-" }
segment = "Department"
""" + "".join(
    f"""
[[touchpoint]]
kind = "survey_answered"
at = {{ text = "2023-03-01" }}
when = {{ column = "Question", is = ["{question}"] }}
[touchpoint.scores]
"{code}" = {{ column = "Response", of = [1, 4] }}
"""
    for code, question in {
        "satisfaction": "10. Overall I am satisfied with my job",
        "satisfaction.expectations": "1. I know what is expected of me at work",
        "satisfaction.talent": "2. At work, I have the opportunity to do what I do best every day",
    }.items()
)

TICKETS = """
source = "helpdesk"
[customer]
external = "Case ID"
segment = "seriousness_2"
[[touchpoint]]
kind = { column = "Activity" }
at = { column = "Complete Timestamp", format = "%Y-%m-%d %H:%M:%S" }
properties = { case = "Case ID", team = "workgroup" }
"""

INCIDENTS = """
source = "incidents"
[customer]
external = "case"
segment = "impact"
[[touchpoint]]
kind = { column = "activity", prefix = "incident_" }
at = "timestamp"
properties = ["status", "support_team"]
"""

RESTAURANT = """
source = "restaurant"
id = "_unit_id"
[customer]
external = { column = "_unit_id", prefix = "diner-" }
[[touchpoint]]
kind = "review_written"
at = { text = "2015-02-01" }
channel = "web"
properties = { city = "city" }
verbatim = "review"
"""

CONSTITUENTS = """
source = "council"
id = "unique_key"
time_zone = "America/New_York"
[customer]
external = "unique_key"
segment = "borough"
[[touchpoint]]
kind = "request_opened"
at = "opendate"
properties = { request = "unique_key", topic = "complaint_type" }
[[touchpoint]]
kind = "request_closed"
at = "closedate"
properties = { request = "unique_key" }
"""

SETS = [
    RealSet(
        "nps_verbatims_broadband/nps_verbatims_dev.csv",
        (DOCUMENTED / "nps.toml").read_text(encoding="utf-8"),
        ('recommend = "NPS_SCORE" ', 'recommend = { column = "NPS_SCORE", none = [0] } '),
        "recommend",
        (149, 0),
        (149, 0),
    ),
    RealSet(
        "sfo_airport_survey/sfo_2017_dev.csv",
        AIRPORT,
        ('recommend = "NETPRO"', 'recommend = { column = "NETPRO", none = [11] }'),
        "satisfaction.food",
        (147, 2),
        (149, 0),
    ),
    RealSet(
        "skytrax_lounge_seat/lounge_dev.csv",
        LOUNGE,
        ('= "overall_rating"', '= { column = "overall_rating", none = [6, 7, 8, 9, 10] }'),
        "satisfaction.staff",
        (143, 6),
        (148, 1),
    ),
    RealSet(
        "univer_orientation_service/univer.csv",
        ORIENTATION,
        ('"global", of = [1, 7]', '"global", of = [7, 1]'),
        "satisfaction",
        (149, 0),
        (149, 0),
    ),
    RealSet(
        "kiosk_servqual_kano/kiosk_servqual_kano_ipa.csv",
        KIOSK,
        ('"overall_satisfaction"', '"overall_excellence"'),
        "satisfaction",
        (149, 0),
        (149, 0),
    ),
    RealSet(
        "ecsi_mobi/mobi.csv",
        MOBILE,
        ('"CUSA1", of', '"CUSA3", of'),
        "satisfaction",
        (149, 0),
        (149, 0),
    ),
    RealSet(
        "employee_survey_pierce/employee_survey_dev.csv",
        EMPLOYEES,
        ("of = [1, 4]", "none = [0], of = [1, 4]"),
        "",
        (395, 4),
        (399, 0),
        rows=400,
    ),
    RealSet(
        "cfpb_complaints/cfpb_dev.csv",
        (DOCUMENTED / "complaints.toml").read_text(encoding="utf-8"),
        ("map = { Yes = 1, No = 0 }", "map = { Yes = 0, No = 1 }"),
        "yes.disputed",
        (149, 0),
        (149, 0),
        standards=[StandardDraft(form="yes", from_kind="complaint", property="timely")],
    ),
    RealSet(
        "helpdesk_event_log/helpdesk_dev.csv",
        TICKETS,
        ('kind = { column = "Activity" }', 'kind = { column = "Activity", map = { "Wait" = "Closed" } }'),
        "",
        (149, 0),
        (149, 0),
        standards=[
            StandardDraft(form="within", from_kind="assign_seriousness", to_kind="take_in_charge_ticket", within_s=DAY)
        ],
    ),
    RealSet(
        "bpic2013_incidents/bpic2013_dev.parquet",
        INCIDENTS,
        ('at = "timestamp"', 'at = "timestamp"\nwhen = { column = "status", is_not = ["Closed"] }'),
        "",
        (150, 0),
        (144, 0),
        standards=[
            StandardDraft(form="within", from_kind="incident_accepted", to_kind="incident_completed", within_s=7 * DAY)
        ],
    ),
    RealSet(
        "mcdonalds_complaints/mcd_dev.csv",
        RESTAURANT,
        ('verbatim = "review"', 'verbatim = "review"\nwhen = { column = "policies_violated", is_not = ["na"] }'),
        "",
        (59, 0),
        (46, 0),
        rows=60,
    ),
    RealSet(
        "nyc_constituent_cases/nyc_cases_dev.parquet",
        CONSTITUENTS,
        ('kind = "request_closed"', 'kind = "request_closed"\nwhen = { column = "borough", filled = true }'),
        "",
        (290, 0),
        (267, 0),
        standards=[
            StandardDraft(form="within", from_kind="request_opened", to_kind="request_closed", within_s=14 * DAY)
        ],
    ),
]  # fmt: skip
