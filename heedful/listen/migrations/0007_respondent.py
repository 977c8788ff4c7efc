import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Our own people can be asked, too."""

    dependencies = [
        ("listen", "0006_no_opened_at"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AddField(
            "invitation",
            "associate",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            "invitation",
            models.CheckConstraint(
                condition=models.Q(("customer__isnull", True), ("associate__isnull", True), _connector="OR"),
                name="listen_ask_one_respondent",
            ),
        ),
    ]
