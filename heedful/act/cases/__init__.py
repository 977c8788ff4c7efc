"""Every way in which a case can change.

`opening` begins one, `outreach` begins one by hand or writes to a customer, `promises` begins one for a promise that
was broken, `ownership` is who has it and `bulk` hands several over, `work` answers the customer, `notes` is what is
written down on it, `correspondence` what is said with the customer, `clocks` is the time that runs, `closing` closes
and reopens, `reopening` is what a customer writes on a closed one, `events` is what others are told, `backfill` is of
years gone by, `withdrawal` takes back what an import had opened.
"""

from heedful.act.cases.backfill import CasesBackfilled as CasesBackfilled
from heedful.act.cases.bulk import BulkHandover as BulkHandover
from heedful.act.cases.bulk import hand_over_each as hand_over_each
from heedful.act.cases.clocks import escalate as escalate
from heedful.act.cases.closing import close as close
from heedful.act.cases.closing import hear_trouble_after as hear_trouble_after
from heedful.act.cases.closing import hear_whether_it_helped as hear_whether_it_helped
from heedful.act.cases.closing import reopen as reopen
from heedful.act.cases.events import CaseClaimed as CaseClaimed
from heedful.act.cases.events import CaseClosed as CaseClosed
from heedful.act.cases.events import CaseEscalated as CaseEscalated
from heedful.act.cases.events import CaseGivenBack as CaseGivenBack
from heedful.act.cases.events import CaseHandedOver as CaseHandedOver
from heedful.act.cases.events import CaseHeardAgain as CaseHeardAgain
from heedful.act.cases.events import CaseJoined as CaseJoined
from heedful.act.cases.events import CaseNoted as CaseNoted
from heedful.act.cases.events import CaseOpened as CaseOpened
from heedful.act.cases.events import CaseReleased as CaseReleased
from heedful.act.cases.events import CaseReopened as CaseReopened
from heedful.act.cases.events import CustomerApproached as CustomerApproached
from heedful.act.cases.events import CustomerCalled as CustomerCalled
from heedful.act.cases.events import CustomerSaidWhetherItHelped as CustomerSaidWhetherItHelped
from heedful.act.cases.events import CustomerWrittenTo as CustomerWrittenTo
from heedful.act.cases.notes import note as note
from heedful.act.cases.opening import open_for_message as open_for_message
from heedful.act.cases.opening import open_for_trouble as open_for_trouble
from heedful.act.cases.outreach import open_by_hand as open_by_hand
from heedful.act.cases.outreach import write_to as write_to
from heedful.act.cases.ownership import claim as claim
from heedful.act.cases.ownership import give_back as give_back
from heedful.act.cases.ownership import hand_over as hand_over
from heedful.act.cases.ownership import release_abandoned as release_abandoned
from heedful.act.cases.ownership import release_each as release_each
from heedful.act.cases.ownership import take as take
from heedful.act.cases.promises import open_for_broken_promise as open_for_broken_promise
from heedful.act.cases.promises import open_for_promise_at_risk as open_for_promise_at_risk
from heedful.act.cases.reopening import hear_message_after as hear_message_after
from heedful.act.cases.withdrawal import take_back as take_back
from heedful.act.cases.work import PURPOSE as PURPOSE
from heedful.act.cases.work import hear_message as hear_message
from heedful.act.cases.work import log_call as log_call
from heedful.act.cases.work import note_departure as note_departure
from heedful.act.cases.work import write as write
