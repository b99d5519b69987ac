"""The words of a signature; a file is looked through for them before it is read."""

import re

_MONTHS = "januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember"
#: What only a signature says: the number of an official, a place with a day, "mengetahui".
SIGNED = re.compile(
    rf"\bnip\b[. :]*[\d. _-]{{8,}}|\bmengetahui\b|^[^\w\n]*[^\W\d][\w .]*, *[\d.… ]*"
    rf"(?:{_MONTHS})[ .…]*(?:\d{{4}}|[.…]+)",
    re.IGNORECASE | re.MULTILINE,
)
