"""A part of an import is taken back: what it alone brought goes, and what others said stands as if it had never been.

What another import brought too is handed over to that one. A record goes when only this import named it and nothing of
anybody else's hangs on it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max, Min

from heedful.customers import consents, kinds, layers, people, profiles
from heedful.customers.import_log import ImportBatch, ImportClaim
from heedful.customers.models import Consent, Customer, Feedback, Identity, Touchpoint
from heedful.kit import statements
from heedful.kit.actor import By

OWN = frozenset(
    {"customers.Identity", "customers.StageChange", "customers.AddressChange", "customers.Score", "customers.Customer"}
)
"""Tables whose rows say nothing of whether somebody else knows a record: they follow from the others."""


@dataclass(frozen=True, slots=True)
class BatchContent:
    """What a batch of an import brought that no other import did, and the records that it spoke of."""

    touchpoints: list[int] = field(default_factory=list)
    messages: list[UUID] = field(default_factory=list)
    feedback: list[int] = field(default_factory=list)
    records: list[int] = field(default_factory=list)


def content_of(batch: ImportBatch) -> BatchContent:
    """Look up what a batch brought, after what others brought too was handed over to them."""
    _hand_over(batch)
    rows = list(_touchpoints(batch).values_list("pk", "message", "customer_id"))
    subjects = [str(message) for _, message, _ in rows]
    feedback = Feedback.objects.filter(subject__in=subjects).values_list("pk", flat=True) if rows else []
    records = {*batch.record_ids, *(record for *_, record in rows)}
    records |= {record for (record,) in statements.fetch(BESIDE, [statements.numbers(records), batch.of_id])}
    return BatchContent([pk for pk, *_ in rows], [message for _, message, _ in rows], list(feedback), sorted(records))


BESIDE = """
WITH own AS (SELECT id FROM customers_identity WHERE customer_id = ANY(%s::bigint[])), links AS (
    SELECT a_id, b_id, imported_by || verified_by AS imports FROM customers_identitylink
    WHERE a_id IN (SELECT id FROM own)
    UNION SELECT a_id, b_id, imported_by || verified_by FROM customers_identitylink WHERE b_id IN (SELECT id FROM own)
)
SELECT i.customer_id FROM links l JOIN customers_identity i ON i.id IN (l.a_id, l.b_id)
WHERE l.imports @> ARRAY[%s::bigint]
"""
"""The records that an import named together with these."""


def _touchpoints(batch: ImportBatch) -> Any:
    if batch.number is None:
        return Touchpoint.objects.none()
    return Touchpoint.objects.filter(
        batch=batch.number,
        pk__range=(batch.first_id, batch.last_id),
        happened_at__range=(batch.earliest, batch.latest),
    )


def _hand_over(batch: ImportBatch) -> None:
    """Let what another import brought too be that one's from now on."""
    messages = list(_touchpoints(batch).values_list("message", flat=True))
    claims = ImportClaim.objects.filter(message__in=messages, of__undo_started_at=None).exclude(of=batch.of_id)
    owners: dict[int, dict[UUID, int]] = {}
    heirs = {claim.message: claim for claim in claims.order_by("-of_id")}
    for claim in heirs.values():
        owners.setdefault(claim.of_id, {})[claim.message] = claim.pk
    for owner, claimed in owners.items():
        _give(batch, list(claimed), owner)
        ImportClaim.objects.filter(pk__in=claimed.values()).delete()


def _give(batch: ImportBatch, messages: list[UUID], owner: int) -> None:
    rows = _touchpoints(batch).filter(message__in=messages)
    span = rows.aggregate(a=Min("pk"), b=Max("pk"), c=Min("happened_at"), d=Max("happened_at"))
    records = ",".join(map(str, sorted(set(rows.values_list("customer_id", flat=True)))))
    ((number,),) = statements.fetch("SELECT nextval('customers_batch')", [])
    rows.update(batch=number)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE customers_arrival SET batch = %s WHERE message = ANY(%s)", [number, messages])
    where = {"first_id": span["a"], "last_id": span["b"], "earliest": span["c"], "latest": span["d"]}
    ImportBatch.objects.create(of_id=owner, number=number, records=records, **where)


@transaction.atomic
def take_back(
    *,
    content: BatchContent,
    import_id: int,
    stay: Collection[int],
    following: Collection[str],
    by: By,
    at: datetime,
) -> list[int]:
    """Take back what a batch brought; returns the records that are left of those that it spoke of.

    Records that `stay` keep who they are, whoever named them. The tables that are `following` hold what was worked out
    from the rest, and keep no record.
    """
    spoken = _with_their_people(content.records, stay)
    _release_identities(content.records, spoken, import_id)
    remove_touchpoints(touchpoints=content.touchpoints, messages=content.messages)
    _release_facts(content.records, spoken, import_id)
    consents.take_back(customers=sorted(set(content.records) - spoken), import_id=import_id)
    gone = _gone(content.records, following)
    left = sorted(set(content.records) - gone)
    _part(content.records, gone, by, at)
    _work_out_anew(left, by, at)
    remove(records=gone)
    return left


def _with_their_people(records: Collection[int], stay: Collection[int]) -> set[int]:
    """Those of the records that belong to somebody who stays."""
    people_of_them = Customer.objects.filter(pk__in=stay).values("person")
    return set(Customer.objects.filter(pk__in=records, person__in=people_of_them).values_list("pk", flat=True))


def _release_identities(records: Collection[int], stay: Collection[int], import_id: int) -> None:
    """Strike the import from those who named these identities, and them together; of those who stay, somebody did."""
    with connection.cursor() as cursor:
        for table in ("identity", "stagechange"):
            cursor.execute(
                f"UPDATE customers_{table} SET imported_by = CASE WHEN customer_id = ANY(%s) THEN NULL"  # noqa: S608
                " ELSE array_remove(imported_by, %s) END"
                " WHERE customer_id = ANY(%s) AND imported_by @> ARRAY[%s::bigint]",
                [sorted(stay), import_id, sorted(records), import_id],
            )
        cursor.execute(RELEASE_LINKS, [sorted(records), sorted(stay), import_id, import_id])
        staying = sorted(stay)
        cursor.execute(RELEASE_PROOF, [staying, import_id, staying, import_id, sorted(records), import_id])
        cursor.execute(RELEASE_LINKS_PROOF, [sorted(records), staying, import_id, import_id])
        cursor.execute(
            "DELETE FROM customers_stagechange WHERE customer_id = ANY(%s) AND imported_by = '{}'", [sorted(records)]
        )


RELEASE_LINKS = """
WITH own AS (SELECT id, customer_id FROM customers_identity WHERE customer_id = ANY(%s)), released AS (
    UPDATE customers_identitylink l SET imported_by = CASE
        WHEN EXISTS (SELECT FROM own WHERE customer_id = ANY(%s) AND id IN (l.a_id, l.b_id)) THEN NULL
        ELSE array_remove(imported_by, %s) END
    WHERE (a_id IN (SELECT id FROM own) OR b_id IN (SELECT id FROM own)) AND imported_by @> ARRAY[%s::bigint]
    RETURNING id
)
SELECT count(*) FROM released
"""


RELEASE_PROOF = """
UPDATE customers_identity SET verified_by = CASE WHEN customer_id = ANY(%s) THEN NULL
        ELSE nullif(array_remove(verified_by, %s), '{}') END,
    verified = customer_id = ANY(%s) OR array_remove(verified_by, %s) <> '{}'
WHERE customer_id = ANY(%s) AND verified_by @> ARRAY[%s::bigint]
"""
"""What an import alone verified is what a browser said once more."""
RELEASE_LINKS_PROOF = """
WITH own AS (SELECT id, customer_id FROM customers_identity WHERE customer_id = ANY(%s)), proven AS (
    SELECT l.id, EXISTS (SELECT FROM own WHERE customer_id = ANY(%s) AND own.id IN (l.a_id, l.b_id)) AS stays,
        array_remove(verified_by, %s) AS proof
    FROM customers_identitylink l
    WHERE (a_id IN (SELECT id FROM own) OR b_id IN (SELECT id FROM own)) AND verified_by @> ARRAY[%s::bigint]
)
UPDATE customers_identitylink l SET verified = stays OR proof <> '{}',
    verified_by = CASE WHEN NOT stays THEN nullif(proof, '{}') END,
    quoted = CASE WHEN NOT stays AND proof <> '{}' THEN quoted END,
    first_seen_at = CASE WHEN stays OR proof <> '{}' THEN first_seen_at
        ELSE coalesce((quoted ->> 'at')::timestamptz, first_seen_at) END,
    source = CASE WHEN stays OR proof <> '{}' THEN source ELSE coalesce(quoted ->> 'source', source) END,
    message = CASE WHEN stays OR proof <> '{}' THEN message ELSE coalesce(quoted ->> 'message', message) END
FROM proven WHERE l.id = proven.id
"""


def remove_touchpoints(*, touchpoints: Collection[int], messages: Collection[UUID]) -> None:
    """Take touchpoints out of the log, with what was said in them, as if they had never come."""
    Feedback.objects.filter(subject__in=[str(message) for message in messages]).delete()
    Touchpoint.objects.filter(pk__in=touchpoints).delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_arrival WHERE message = ANY(%s)", [list(messages)])


def remove_of(*, batch: ImportBatch, messages: Collection[UUID]) -> set[int]:
    """Take some of a batch's touchpoints out of the log; returns the records whose they were."""
    rows = list(_touchpoints(batch).filter(message__in=messages).values_list("pk", "message", "customer_id"))
    remove_touchpoints(touchpoints=[pk for pk, *_ in rows], messages=[message for _, message, _ in rows])
    return {record for *_, record in rows}


def _release_facts(records: Collection[int], stay: Collection[int], import_id: int) -> None:
    """Let what the import said of records count no more; of those who stay, it is as if anybody had said it."""
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=records, imported__has_key=str(import_id))
    changed = []
    for row in rows.order_by("pk"):
        facts, left = (row.facts, None) if row.pk in stay else layers.without(row.imported or {}, row.facts, import_id)
        changed.append({"id": row.pk, "facts": facts, "imported": left})
    if changed:
        statements.fetch(RELEASED, [statements.document(changed)])


RELEASED = """
UPDATE customers_customer c SET facts = w.facts, imported = w.imported
FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, facts jsonb, imported jsonb) WHERE c.id = w.id
"""


def _gone(records: Collection[int], following: Collection[str]) -> set[int]:
    """The records that only the import named, and on which nothing of anybody else's hangs."""
    gone = set(Identity.objects.filter(customer__in=records, imported_by=[]).values_list("customer_id", flat=True))
    gone &= set(Customer.objects.filter(pk__in=gone, facts={}, unverified={}).values_list("pk", flat=True))
    for relation in Customer._meta.get_fields(include_hidden=True):
        if relation.auto_created and relation.is_relation and not relation.concrete:
            model: Any = relation.related_model
            if gone and model._meta.label not in {*OWN, *following}:
                of = relation.field.name  # type: ignore[union-attr]
                gone -= set(model._default_manager.filter(**{f"{of}__in": gone}).values_list(f"{of}_id", flat=True))
    return gone


def _part(records: Collection[int], gone: Collection[int], by: By, at: datetime) -> None:
    """Take the links away that nobody named any more, and group anew whoever they held together with those who stay."""
    with connection.cursor() as cursor:
        cursor.execute(LOOSE_LINKS, [sorted(records)])
    others = Customer.objects.filter(person__in=Customer.objects.filter(pk__in=records).values("person"))
    groups: dict[int, set[int]] = {}
    for record, person in others.values_list("pk", "person_id"):
        groups.setdefault(person or record, set()).add(record)
    mixed = [record for group in groups.values() if len(group) > 1 and group - set(gone) for record in group]
    if mixed:
        people.regroup(records=mixed, by=by, at=at)


LOOSE_LINKS = """
WITH own AS (SELECT id FROM customers_identity WHERE customer_id = ANY(%s))
DELETE FROM customers_identitylink
WHERE (a_id IN (SELECT id FROM own) OR b_id IN (SELECT id FROM own)) AND imported_by = '{}'
    AND parted_at IS NULL
"""
"""What somebody parted stays parted, should anybody name it together again."""


def _work_out_anew(records: Collection[int], by: By, at: datetime) -> None:
    """See when records and their people were seen by what is left, and what is known of them."""
    if records:
        statements.fetch(SEEN, [statements.numbers(records)])
        everybody = set(Customer.objects.filter(pk__in=records).values_list("person_id", flat=True))
        profiles.refresh(people={person for person in everybody if person}, by=by, at=at)


SEEN = """
UPDATE customers_customer c SET own_first_at = s.first, own_last_at = s.last
FROM (
    SELECT c.id, least(min(i.first_seen_at), min(t.first), min(f.first)) AS first,
        greatest(min(i.first_seen_at), max(t.last), max(f.last)) AS last
    FROM customers_customer c
    LEFT JOIN customers_identity i ON i.customer_id = c.id
    LEFT JOIN LATERAL (SELECT min(happened_at) AS first, max(happened_at) AS last
        FROM customers_touchpoint WHERE customer_id = c.id) t ON true
    LEFT JOIN LATERAL (SELECT min((value ->> 1)::timestamptz) AS first, max((value ->> 1)::timestamptz) AS last
        FROM jsonb_each(c.facts)) f ON true
    WHERE c.id = ANY(%s::bigint[]) GROUP BY c.id
) s WHERE s.id = c.id AND s.first IS NOT NULL
"""


def remove(*, records: Iterable[int]) -> None:
    """Delete records that nobody knows, with what was worked out of them."""
    numbers = sorted(records)
    if numbers:
        Customer.objects.filter(pk__in=numbers).update(person=None)
        Consent.objects.filter(customer__in=numbers).delete()
        Customer.objects.filter(pk__in=numbers).delete()


def finish(*, import_id: int) -> None:
    """Take away the organisations and kinds that nobody but an import brought, and what it claimed of others."""
    with connection.cursor() as cursor:
        for statement in (RELEASE_ORGANISATIONS, LOOSE_ORGANISATIONS):
            cursor.execute(statement, [import_id])
    kinds.take_back(import_id=import_id)
    ImportClaim.objects.filter(of=import_id).delete()


RELEASE_ORGANISATIONS = """
UPDATE customers_organisation SET imported_by = array_remove(imported_by, %s) WHERE imported_by IS NOT NULL
"""
LOOSE_ORGANISATIONS = """
DELETE FROM customers_organisation o WHERE imported_by = '{}' AND %s > 0
    AND NOT EXISTS (SELECT FROM customers_customer c WHERE c.organisation_id = o.id)
"""


@dataclass(frozen=True, slots=True)
class EarlierArrival:
    """A message that came before: the batch of the import that brought it, if one did, and what it said."""

    message: UUID
    batch: int | None
    content: int | None


def arrivals(messages: Iterable[str]) -> dict[str, EarlierArrival]:
    """Look up which of these messages came before; by their names."""
    rows = statements.fetch(
        "SELECT message, batch, content FROM customers_arrival WHERE message = ANY(%s::uuid[])",
        [f"{{{','.join(messages)}}}"],
    )
    return {message.hex: EarlierArrival(message, batch, content) for message, batch, content in rows}
