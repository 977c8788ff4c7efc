"""What proving must remember: for each question that does not say it itself, whether more is better."""

from django.db import models


class QuestionDirection(models.Model):
    """Whether more of a question's answers is better or worse, where its kind cannot know."""

    class MoreIs(models.TextChoices):
        BETTER = "better", "Better"
        WORSE = "worse", "Worse"

    question = models.CharField(max_length=80, primary_key=True)
    """The code of the question, such as `yes.left`."""
    more_is = models.CharField(max_length=6, choices=MoreIs.choices)

    def __str__(self) -> str:
        return f"{self.question}: more is {self.more_is}"
