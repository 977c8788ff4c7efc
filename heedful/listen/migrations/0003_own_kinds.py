from typing import Any

from django.db import migrations
from django.db.models import F, Q

NAMES = {"case_opened": "heedful_case_opened", "case_answered": "heedful_case_answered"}

# The clock's own touchpoints: what a company sent under the same names stays as it is.
OWN = (
    "UPDATE customers_touchpoint SET kind = 'heedful_' || kind"
    " WHERE source = 'heedful' AND kind = ANY(%s) AND jsonb_exists(properties, 'case')"
)
THEIRS = "SELECT DISTINCT kind FROM customers_touchpoint WHERE kind = ANY(%s)"


def rename(apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(OWN, [list(NAMES)])
        cursor.execute(THEIRS, [list(NAMES)])
        theirs = {kind for (kind,) in cursor.fetchall()}
    _name_kinds(apps)
    _rename_standards(apps, theirs)
    _rename_surveys(apps, theirs)
    apps.get_model("customers", "Kind").objects.filter(slug__in=set(NAMES) - theirs).delete()


def _name_kinds(apps: Any) -> None:
    kinds = apps.get_model("customers", "Kind")
    for old in kinds.objects.filter(slug__in=NAMES):
        said = {name: getattr(old, name) for name in ("name", "stage_id", "moves_stage", "last_arrived_at")}
        kinds.objects.get_or_create(slug=NAMES[old.slug], defaults=said)


def _rename_standards(apps: Any, theirs: set[str]) -> None:
    asked = Q(from_kind__in=NAMES) | Q(to_kind__in=NAMES)
    for standard in apps.get_model("promise", "Standard").objects.filter(asked).select_related("promise"):
        is_clock = standard.promise.is_case_clock or standard.match_property == "case"
        for field in ("from_kind", "to_kind"):
            old = getattr(standard, field)
            if old in NAMES and (is_clock or old not in theirs):
                setattr(standard, field, NAMES[old])
                _watch(apps, old, is_over=standard.ended_at is not None)
        standard.save(update_fields=["from_kind", "to_kind"])


def _rename_surveys(apps: Any, theirs: set[str]) -> None:
    for survey in apps.get_model("listen", "Survey").objects.filter(moment_kind__in=set(NAMES) - theirs):
        old, survey.moment_kind = survey.moment_kind, NAMES[survey.moment_kind]
        survey.save(update_fields=["moment_kind"])
        _watch(apps, old, is_over=survey.ended_at is not None)


def _watch(apps: Any, old: str, *, is_over: bool) -> None:
    kinds = apps.get_model("customers", "Kind").objects
    kinds.get_or_create(slug=NAMES[old])
    if not is_over:
        kinds.filter(slug=NAMES[old]).update(watchers=F("watchers") + 1)
        kinds.filter(slug=old, watchers__gt=0).update(watchers=F("watchers") - 1)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0007_person_by_index"),
        ("listen", "0002_submitted"),
        ("promise", "0005_settled"),
    ]

    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
