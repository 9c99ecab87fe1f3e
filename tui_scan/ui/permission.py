"""The guard's word before anything is sent: some targets need a typed yes, some are refused."""

from typing import TYPE_CHECKING, Any

from tui_scan.language import translate
from tui_scan.ui.widgets.confirm import Ask, Notice

if TYPE_CHECKING:
    from textual.app import App

    from tui_scan.ui.session import Proposal


async def permitted(app: "App[Any]", proposal: "Proposal") -> "Proposal | None":
    """The proposal that may begin, authorized where the person typed yes; None where it may not.

    It opens dialogs and waits for them, so it is called from a worker of textual.
    """
    from tui_scan.scope.rules import GuardVerdict

    if proposal.judgement.verdict is GuardVerdict.ALLOWED:
        return proposal
    if proposal.judgement.verdict is GuardVerdict.REFUSED:
        await app.push_screen_wait(Notice(translate(proposal.judgement.sentence)))
        return None
    question = f"{proposal.warning}\n\n{translate('Are you allowed to scan it? Type yes.')}"
    yes = await app.push_screen_wait(Ask(question, wanted=translate("yes")))
    return None if yes is None else proposal.authorized()
