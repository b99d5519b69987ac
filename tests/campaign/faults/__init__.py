"""The fault table, played against real servers, processes, disks and clocks.

    python -m tests.campaign.faults [--only F7 F18 …] [--fast] [--seed N] [--seconds 240]

Every row F1 to F40 of the reliability anchors is one function that says what was required
and what was seen; each runs in a process of its own, which may hang or die alone. FX is
the table of forbidden addresses. It prints N of N and exits with 1 on any miss.
"""
