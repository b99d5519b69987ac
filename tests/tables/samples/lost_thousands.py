"""People by age: as counted, and with the zeros of one district's women gone."""

import random

from checks.validators import Inspection
from tests.tables.inspections import inspection

AGES = [f"{n} - {n + 4}" for n in range(0, 75, 5)] + ["75+"]


def text(*, broken: bool) -> str:
    chance = random.Random(7)
    lines = ["kecamatan;jenis_kelamin;" + ";".join(AGES)]
    for district in ("Batu", "Bumiaji", "Junrejo"):
        for _ in range(12):
            for sex in ("LAKI-LAKI", "PEREMPUAN"):
                counts = [chance.randint(4000 - 150 * i, 4400 - 150 * i) for i in range(len(AGES))]
                if broken and (district, sex) == ("Bumiaji", "PEREMPUAN"):
                    counts = [n // 10 if n % 10 == 0 else n for n in counts]
                lines.append(f"{district};{sex};" + ";".join(map(str, counts)))
    return "\n".join(lines) + "\n"


def good() -> Inspection:
    return inspection(text(broken=False))


def bad() -> Inspection:
    return inspection(text(broken=True))
