"""Print `docs/reference/roles.md` from the table of rights. No database, no settings."""

from __future__ import annotations

from mortise.web.accounts.rights import GUEST, PATIENT, RIGHTS, STAFF_ROLES, WORDS, Right

HEAD = """# Roles and rights

Who may do what, made from the one table in `src/mortise/web/accounts/rights.py`. A page or a patient that is not for
somebody does not exist for them: the answer is 404, the same as for an address that was never there. Pages offer only
what the reader may do. Everybody is bounded by their own clinic.
"""
REACH = """
## Whose patients

| role | reaches |
|---|---|
| physiotherapist, physician, podiatrist | every patient of the clinic |
| coach | those who agreed to be shared with a coach, until they take it back |
| administrator | nobody |
| patient | themself |
| guest | the one patient of their link, until it ends, is shut, or the patient takes the consent to the record back |

A physician may open a programme again after a red flag only for patients they are named for. A podiatrist reads
recordings of walking and running and no others. Whoever looks is on the patient's own list of who looked.
"""


def page() -> str:
    """Return the whole page."""
    roles = (*STAFF_ROLES, PATIENT, GUEST)
    lines = [HEAD, "## What each may do\n", f"| may | {' | '.join(roles)} |", "|---" * (len(roles) + 1) + "|"]
    for right in Right:
        marks = " | ".join("yes" if right in RIGHTS[role] else "" for role in roles)
        lines.append(f"| {WORDS[right]} | {marks} |".replace("|  |", "| |").replace("|  |", "| |"))
    return "\n".join(lines) + "\n" + REACH


if __name__ == "__main__":
    print(page(), end="")
