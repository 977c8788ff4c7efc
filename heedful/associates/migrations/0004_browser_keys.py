from django.db import migrations, models


class Migration(migrations.Migration):
    """Keys that may lie in pages get a scope of their own; those that there are stay what they are."""

    dependencies = [
        ("associates", "0003_hears_escalations"),
    ]

    operations = [
        migrations.AlterField(
            model_name="key",
            name="scope",
            field=models.CharField(
                choices=[
                    ("browser", "Send events from browsers, apps and mails"),
                    ("send", "Send events from your servers"),
                    ("full", "Send events and use the API"),
                ],
                default="send",
                max_length=8,
            ),
        ),
    ]
