"""When this happens, do that: the product's behaviour on one page."""

from collections.abc import Sequence

from heedful.act import cases, causes, practice, replies, routes
from heedful.act import reactions as act
from heedful.associates import associates, company, disclosures, first, keys, teams, views
from heedful.courier import deliveries, mails, webhooks
from heedful.customers import consents, kinds, messages, organisations, people, stages
from heedful.customers.imports import importing
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.ledger.events import Reaction
from heedful.ledger.jobs import CLOCKS, PROMISES
from heedful.listen import answers, asks, past, surveys
from heedful.promise import calendars, instances, promises, recounts
from heedful.understand import reading, rereadings, rules, topics, trouble

TOLD = Reaction(deliveries.notice, when=deliveries.is_heard)
"""What endpoints outside may hear of; it costs a job only when one does."""

REACTIONS: dict[type, Sequence[Reaction]] = {
    TouchpointsRecorded: [
        Reaction(instances.advance, when=lambda event: event.watched or event.feedback, queue=PROMISES, together=500),
        Reaction(reading.read, when=lambda event: event.feedback, priority=20, together=50),
        Reaction(asks.notice, when=lambda event: event.watched, together=500),
    ],
    people.PeopleRegrouped: [
        Reaction(instances.rejudge, queue=PROMISES),
    ],
    trouble.TroubleHeard: [Reaction(act.open_cases, priority=20), TOLD],
    instances.PromiseBroken: [Reaction(act.open_for_broken_promises, priority=30, queue=CLOCKS), TOLD],
    instances.PromiseAtRisk: [Reaction(act.warn_of_promises_at_risk, priority=30, queue=CLOCKS), TOLD],
    cases.CaseOpened: [TOLD],
    cases.CaseJoined: [TOLD],
    cases.CaseEscalated: [Reaction(act.write_to_the_leads, priority=30, queue=CLOCKS), TOLD],
    cases.CaseClosed: [Reaction(act.ask_whether_it_helped), TOLD],
    cases.CaseReopened: [TOLD],
    answers.HelpAnswered: [Reaction(act.hear_whether_it_helped, priority=10), TOLD],
    answers.SurveyAnswered: [TOLD],
    answers.CustomerStoppedSurveys: [TOLD],
    asks.CustomerAsked: [TOLD],
}
"""Event -> what follows, each in a job of its own. What sets clocks and what they bring about has hands of its own."""

RECORDED_ONLY: tuple[type, ...] = (
    associates.AssociateAdded,
    associates.AssociateChanged,
    associates.AssociateChoseMails,
    associates.AssociateDeactivated,
    associates.AssociateReactivated,
    associates.PasswordSet,
    company.CompanyChanged,
    disclosures.CustomersDisclosed,
    disclosures.ListExported,
    first.HouseSetUp,
    keys.KeyAdded,
    keys.KeyRevoked,
    stages.StagesArranged,
    kinds.MomentPlaced,
    people.CustomersMerged,
    people.MergeUndone,
    messages.CustomersDescribed,
    organisations.OrganisationsMet,
    consents.ConsentsGiven,
    importing.FileImported,
    teams.TeamAdded,
    teams.TeamChanged,
    views.ViewSaved,
    views.ViewRenamed,
    views.ViewRemoved,
    calendars.CalendarAdded,
    calendars.CalendarChanged,
    promises.PromiseMade,
    promises.PromiseChanged,
    promises.PromiseEnded,
    recounts.PromiseRecounted,
    cases.CaseClaimed,
    cases.CaseGivenBack,
    cases.CaseHandedOver,
    cases.CaseNoted,
    cases.CustomerWrittenTo,
    cases.CustomerCalled,
    cases.CustomerSaidWhetherItHelped,
    cases.PastCasesKept,
    causes.CauseAdded,
    causes.CauseRenamed,
    causes.CauseRetired,
    practice.PracticeChanged,
    replies.ReplyArchived,
    replies.ReplyChanged,
    replies.ReplyRestored,
    replies.ReplyWritten,
    routes.RouteAdded,
    routes.RouteRemoved,
    topics.TopicAdded,
    topics.TopicChanged,
    topics.TopicRetired,
    topics.TopicRestored,
    rules.RuleAdded,
    rules.RuleRemoved,
    rereadings.RereadingStarted,
    rereadings.RereadingFinished,
    asks.CustomerSpared,
    past.PastAsksKept,
    surveys.BudgetChanged,
    surveys.SurveyMade,
    surveys.SurveyChanged,
    surveys.SurveyPaused,
    surveys.SurveyResumed,
    surveys.SurveyEnded,
    deliveries.EndpointPinged,
    webhooks.EndpointAdded,
    webhooks.EndpointChanged,
    webhooks.EndpointSecretRotated,
    webhooks.EndpointDisabled,
    webhooks.EndpointEnabled,
    mails.MailWritten,
    mails.MailSent,
    mails.MailGivenUp,
)
"""Events that are written down and followed by nothing."""
