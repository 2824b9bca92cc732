"""Many records changed within minutes: a script that edits, or an import that logs everything at one instant."""

import numpy as np

from orchestration.transform.breaks.candidate import Candidate
from orchestration.transform.breaks.profile import Profile

FEWEST = 8
# how many times the largest number changed at once in the half year around it
TIMES_THE_USUAL = 3.0
AROUND = 26


def find_bursts(profile: Profile) -> list[Candidate]:
    """Weeks in which far more records were changed within ten minutes than in any other; what recurs is a routine."""
    found = []
    for key, table in profile.measured("largest_edit_count"):
        thing, field, measure, population, _ = key
        largest, edits = table.counts[:, 0], table.totals
        for at in map(int, np.flatnonzero(largest >= FEWEST)):
            around = slice(max(0, at - AROUND), at + AROUND + 1)
            others = np.delete(largest[around], at - max(0, at - AROUND))
            usual = float(others.max()) if len(others) else 0.0
            if largest[at] < TIMES_THE_USUAL * max(usual, 1.0) or len(others) < 4:
                continue
            confidence = round(float(largest[at] / (largest[at] + 2 * max(usual, 1.0))), 3)
            evidence = (
                f"{int(largest[at])} of the {int(edits[at])} changes of that week were made within ten minutes; "
                f"in the weeks around it never more than {int(usual)}"
            )
            # logged at once, long after they occurred: that is an import
            kind = "migration" if field == "logged_at" else "bulk_edit"
            size = float(largest[at])
            found.append(Candidate(kind, thing, field, measure, population, "", at, at + 1, size, confidence, evidence))
    return found
