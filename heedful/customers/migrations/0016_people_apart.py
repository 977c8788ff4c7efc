import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from heedful.customers import folding
from heedful.kit import statements

AT_ONCE = 5_000

PEOPLE = """
SELECT c.id, c.name, c.email, c.phone, (
    SELECT array_agg(i.value ORDER BY i.value) FROM customers_customer r
    JOIN customers_identity i ON i.customer_id = r.id
    WHERE r.person_id = c.id AND NOT r.is_attached AND i.verified AND i.kind IN ('email', 'phone'))
FROM customers_customer c WHERE c.person_id = c.id AND c.id > %s ORDER BY c.id LIMIT %s
"""

WRITE = """
UPDATE {table} t SET search_text = w.search FROM jsonb_to_recordset(%s::jsonb) AS w(id bigint, search text)
WHERE t.id = w.id
"""


def fold_names(apps, schema_editor):
    """Write how everybody who is there is looked for."""
    with schema_editor.connection.cursor() as cursor:
        last = 0
        while True:
            cursor.execute(PEOPLE, [last, AT_ONCE])
            if not (rows := cursor.fetchall()):
                break
            last = rows[-1][0]
            found = [
                {"id": pk, "search": folding.text_of(name, [email, phone, *(addresses or ())])}
                for pk, name, email, phone, addresses in rows
            ]
            _write(cursor, "customers_customer", found)
        cursor.execute("SELECT id, name FROM customers_organisation WHERE name <> ''")
        _write(cursor, "customers_organisation", [{"id": pk, "search": folding.text_of(name, ())} for pk, name in cursor])


def _write(cursor, table, rows):
    told = [row for row in rows if row["search"]]
    if told:
        cursor.execute(WRITE.format(table=table), [statements.document(told)])


class Migration(migrations.Migration):
    """Who is looked for by folded words; what is contested or was parted; who named two identities together.

    Identities that are there count as written by older rules, and are brought to today's by a job.
    """

    dependencies = [("customers", "0015_arrive")]

    operations = [
        migrations.RemoveIndex(model_name="customer", name="customers_search"),
        migrations.AddField("customer", "parted", models.JSONField(db_default=models.Value([], models.JSONField()), default=list)),
        migrations.AddField("customer", "search_text", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("organisation", "search_text", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("identity", "contested", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("identity", "form", models.SmallIntegerField(db_default=0, default=0)),
        migrations.AlterField("identity", "form", models.SmallIntegerField(db_default=1, default=1)),
        migrations.AddField("identitylink", "source", models.CharField(blank=True, db_default="", max_length=200)),
        migrations.AddField("identitylink", "message", models.CharField(blank=True, db_default="", max_length=300)),
        migrations.AddField("identitylink", "parted_by", models.CharField(blank=True, db_default="", max_length=200)),
        migrations.AddField("identitylink", "parted_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="ContestedIdentity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(blank=True, max_length=200)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("shared", "It stands for whoever is not logged in"),
                            ("emails", "It showed up with many e-mails in one day"),
                            ("spelling", "Another customer has the same, written otherwise"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "identity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contests", to="customers.identity"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["source", "-at", "-id"], name="customers_contests_of")],
                "constraints": [models.UniqueConstraint(fields=("identity", "source"), name="customers_contest_once")],
            },
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop),
        migrations.AddIndex(
            "customer",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                condition=models.Q(("person", models.F("id"))),
                name="customers_by_text",
            ),
        ),
        migrations.AddIndex(
            "organisation",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(models.F("search_text"), name="gin_trgm_ops"),
                name="customers_organisation_text",
            ),
        ),
        migrations.AddIndex(
            "identity",
            models.Index(condition=models.Q(("form__lt", 1)), fields=["id"], name="customers_identity_old_form"),
        ),
    ]
