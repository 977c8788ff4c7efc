"""What customers were asked, within the budget, and what some of them answered."""

from datetime import datetime, timedelta
from random import Random

from heedful.demo import words
from heedful.demo.life import ASKING, LATELY, CustomerLife, PastSurvey

MOST_INVITATIONS, WITHIN = 3, timedelta(days=60)


def ask(
    rng: Random,
    life: CustomerLife,
    survey: str,
    stage: str,
    at: datetime,
    now: datetime,
    scores: dict[str, int],
    about: str,
    *,
    also: str = "",
    share: float = 1.0,
    answers: float = 0.32,
) -> None:
    """Ask within the budget, and have some answer, some of them in words."""
    if at < now - ASKING:
        return
    invitation = PastSurvey(life.number, life.segment, survey, stage, at, reason=_why_not(rng, life, survey, at, share))
    life.invitations.append(invitation)
    answered_at = at + timedelta(hours=min(rng.expovariate(1 / 9), 400), minutes=1)
    if invitation.reason or rng.random() > answers or answered_at > now or at > now:
        return
    invitation.answered_at, invitation.answers = answered_at, dict(scores)
    if rng.random() < 0.68:
        mood = (
            "good" if about.endswith((".good", ".stay", ".yes")) else "middle" if about.endswith(".middle") else "bad"
        )
        invitation.answers["open"] = words.say(rng, about, mood, language=life.language, also=also)


def _why_not(rng: Random, life: CustomerLife, survey: str, at: datetime, share: float) -> str:
    if rng.random() > share:
        return "share"
    if life.silent & {"survey", "email"}:
        return "refused"
    before = [one for one in life.invitations if not one.reason and one.at <= at]
    if any(one.survey == survey and one.at > at - LATELY for one in before):
        return "survey_budget"
    return "budget" if sum(one.at > at - WITHIN for one in before) >= MOST_INVITATIONS else ""
