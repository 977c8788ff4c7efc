"""When this happens, do that: the product's behaviour on one page."""

from collections.abc import Sequence

from heedful.act import case_policy, cases, causes, escalations, replies, routes
from heedful.act import reactions as act
from heedful.associates import (
    associates,
    brands,
    company,
    disclosures,
    exchange_rates,
    first,
    keys,
    teams,
    views,
    welcome_links,
)
from heedful.courier import deliveries, webhooks
from heedful.courier.carriers.smtp import events as mail_events
from heedful.courier.carriers.webhook.destination import EndpointDisabled
from heedful.customers import consents, joins, kinds, messages, organisations, people, stages
from heedful.customers.touchpoints import TouchpointsRecorded
from heedful.imports import importing, undo, uploads
from heedful.ledger.events import Reaction
from heedful.ledger.jobs import CLOCKS, PROMISES
from heedful.listen import answers, backfill, conversations, invitations, surveys
from heedful.listen.channels.email import intake, mailboxes
from heedful.promise import calendars, commitments, promises, recounts
from heedful.prove import directions
from heedful.understand import corrections, detection, reading, rereadings, rules, topics

TOLD = Reaction(deliveries.dispatch, when=deliveries.is_heard)
"""What endpoints outside may hear of; it costs a job only when one does."""

REACTIONS: dict[type, Sequence[Reaction]] = {
    TouchpointsRecorded: [
        Reaction(
            commitments.advance, when=lambda event: event.watched or event.feedback, queue=PROMISES, batch_size=500
        ),
        Reaction(reading.read, when=lambda event: event.feedback, priority=20, batch_size=50),
        Reaction(invitations.plan_for, when=lambda event: event.watched, batch_size=500),
    ],
    associates.AssociateDeactivated: [Reaction(act.release_cases, priority=20)],
    associates.AssociateChanged: [Reaction(act.release_cases, priority=20)],
    people.PeopleRegrouped: [
        Reaction(commitments.reevaluate, queue=PROMISES),
    ],
    kinds.AwaitedKindsArrived: [
        Reaction(recounts.begin_measuring, queue=PROMISES),
    ],
    detection.TroubleHeard: [Reaction(act.open_cases, priority=20), TOLD],
    commitments.PromiseBroken: [Reaction(act.open_for_broken_promises, priority=30, queue=CLOCKS), TOLD],
    commitments.PromiseAtRisk: [Reaction(act.warn_of_promises_at_risk, priority=30, queue=CLOCKS), TOLD],
    cases.CaseOpened: [TOLD],
    cases.CaseJoined: [TOLD],
    cases.CaseEscalated: [Reaction(act.write_to_the_leads, priority=30, queue=CLOCKS), TOLD],
    cases.CaseClosed: [Reaction(act.ask_whether_it_helped), TOLD],
    cases.CaseReopened: [TOLD],
    cases.CaseHeardAgain: [TOLD],
    mail_events.MailSent: [Reaction(act.note_departure, when=act.is_of_case, priority=30, queue=CLOCKS)],
    mail_events.MailGivenUp: [Reaction(act.note_departure, when=act.is_of_case)],
    conversations.MessageReceived: [Reaction(act.hear_message, priority=20)],
    answers.HelpAnswered: [Reaction(act.hear_whether_it_helped, priority=10), TOLD],
    answers.SurveyAnswered: [TOLD],
    answers.CustomerStoppedSurveys: [TOLD],
    invitations.CustomerInvited: [TOLD],
    corrections.ReadingCorrected: [TOLD],
    corrections.CorrectionUndone: [TOLD],
    EndpointDisabled: [Reaction(webhooks.tell_administrators)],
}
"""Event -> what follows, each in a job of its own. What sets clocks and what they bring about has hands of its own."""

DIGESTS = (escalations.DIGEST, webhooks.DIGEST)
"""Mails to our own people that may come in heaps: those of a while are one."""

RECORDED_ONLY: tuple[type, ...] = (
    associates.AssociateAdded,
    associates.AssociateChoseMails,
    associates.AssociateReactivated,
    associates.PasswordSet,
    welcome_links.WelcomeLinkMade,
    welcome_links.WelcomeLinkUsed,
    company.CompanyChanged,
    disclosures.CustomersDisclosed,
    disclosures.ListExported,
    exchange_rates.ExchangeRateEntered,
    exchange_rates.ExchangeRateRemoved,
    first.HouseSetUp,
    keys.KeyAdded,
    keys.KeyRevoked,
    stages.StagesArranged,
    kinds.TouchpointKindPlaced,
    people.CustomersMerged,
    people.MergeUndone,
    joins.CustomersParted,
    messages.CustomersDescribed,
    organisations.OrganisationsDescribed,
    consents.ConsentsGiven,
    importing.FileImported,
    uploads.ImportStarted,
    undo.ImportUndoStarted,
    undo.ImportUndone,
    brands.BrandAdded,
    brands.BrandRenamed,
    brands.BrandArchived,
    brands.BrandRestored,
    teams.TeamAdded,
    teams.TeamChanged,
    views.ViewSaved,
    views.ViewRenamed,
    views.ViewRemoved,
    calendars.CalendarAdded,
    calendars.CalendarChanged,
    calendars.CalendarCorrected,
    promises.PromiseMade,
    promises.PromiseChanged,
    promises.PromiseEnded,
    recounts.PromiseRecounted,
    cases.CaseClaimed,
    cases.CaseGivenBack,
    cases.CaseReleased,
    cases.CaseHandedOver,
    cases.CaseNoted,
    cases.CustomerApproached,
    cases.CustomerWrittenTo,
    cases.CustomerCalled,
    cases.CustomerSaidWhetherItHelped,
    cases.CasesBackfilled,
    causes.CauseAdded,
    causes.CauseRenamed,
    causes.CauseRetired,
    case_policy.CasePolicyChanged,
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
    invitations.InvitationSuppressed,
    backfill.InvitationsBackfilled,
    directions.DirectionChosen,
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
    webhooks.EndpointEnabled,
    mail_events.MailWritten,
    mailboxes.MailboxAdded,
    mailboxes.MailboxChanged,
    mailboxes.MailboxPaused,
    mailboxes.MailboxResumed,
    mailboxes.MailboxRemoved,
    intake.MailTriedAgain,
)
"""Events that are written down and followed by nothing."""
