"""Tables with every kind of personal data, and tables whose numbers only look so."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from checks.tables.personal.places import is_district

Rows = list[list[str]]
DISTRICTS = [code for code in (f"{n:06d}" for n in range(110101, 967199)) if is_district(code)]
GIVEN = [
    "Siti",
    "Budi",
    "Agus",
    "Dewi",
    "Sri",
    "Wahyu",
    "Nur",
    "Muhammad",
    "Rina",
    "Joko",
    "Putri",
    "Eko",
    "Yuni",
    "Slamet",
    "Indah",
]
FAMILY = [
    "Lestari",
    "Santoso",
    "Hidayat",
    "Pratiwi",
    "Nugroho",
    "Rahmawati",
    "Wijaya",
    "Sihombing",
    "Manurung",
]
STREETS = [
    "Jl. Diponegoro",
    "Jl. Panglima Sudirman",
    "Dusun Krajan",
    "Jl. Brantas",
    "Perum Griya Asri",
]
SCHOOLS = ["SDN", "SMPN", "SMAN", "MI Miftahul Ulum", "TK Dharma Wanita", "SMK Muhammadiyah"]


@dataclass
class Maker:
    """Makes the numbers, from one seed."""

    chance: random.Random

    def digits(self, n: int) -> str:
        return "".join(self.chance.choices("0123456789", k=n))

    def serial(self) -> str:
        return f"{self.chance.randint(1, 30 if self.chance.random() < 0.7 else 9999):04d}"

    def nik(self) -> str:
        local = self.chance.random() < 0.8
        place = self.chance.choice(["357901", "357902", "357903"] if local else DISTRICTS)
        day = self.chance.randint(1, 28) + self.chance.choice((0, 40))
        year = (
            self.chance.randint(45, 99)
            if self.chance.random() < 0.7
            else self.chance.randint(0, 24)
        )
        return f"{place}{day:02d}{self.chance.randint(1, 12):02d}{year:02d}{self.serial()}"

    def card(self) -> str:
        day, month = self.chance.randint(1, 28), self.chance.randint(1, 12)
        place = self.chance.choice(["357901", "357902", "357903"])
        return f"{place}{day:02d}{month:02d}{self.chance.randint(5, 24):02d}{self.serial()}"

    def nip(self) -> str:
        born = self.chance.randint(1966, 2000)
        joined = min(born + self.chance.randint(19, 35), 2024)
        birth = f"{born}{self.chance.randint(1, 12):02d}{self.chance.randint(1, 28):02d}"
        appointed = f"{joined}{self.chance.choice([*range(1, 13), 21]):02d}"
        return f"{birth}{appointed}{self.chance.choice('12')}{self.chance.randint(1, 40):03d}"

    def npwp(self) -> str:
        while True:
            digits = f"{self.chance.randint(4, 99):02d}{self.digits(6)}"
            for check in "0123456789":
                if luhn(digits + check):
                    branch = self.chance.choice(["000", "001"])
                    return f"{digits}{check}{self.chance.randint(1, 999):03d}{branch}"

    def mobile(self) -> str:
        start = self.chance.choice(
            ["0811", "0812", "0813", "0821", "0822", "0852", "0857", "0877", "0881", "0895"]
        )
        tail = self.digits(self.chance.randint(6, 8))
        form = self.chance.choice(["{0}{1}", "+62{2}{1}", "62{2}{1}", "{0}-{3}-{4}", "{0} {3} {4}"])
        return form.format(start, tail, start[1:], tail[:4], tail[4:])

    def person(self) -> str:
        return f"{self.chance.choice(GIVEN)} {self.chance.choice(FAMILY)}"


def luhn(digits: str) -> bool:
    """Check digit by the usual table of doubled digits."""
    doubled = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
    values = [int(d) for d in digits]
    return (sum(values[-1::-2]) + sum(doubled[d] for d in values[-2::-2])) % 10 == 0


def written_npwp(digits: str) -> str:
    return f"{digits[:2]}.{digits[2:5]}.{digits[5:8]}.{digits[8]}-{digits[9:12]}.{digits[12:]}"


def column(name: str, make: Callable[[Maker], str]) -> Callable[[Maker, int], Rows]:
    def table(m: Maker, n: int) -> Rows:
        rows = [["no", name, "jumlah"]]
        return rows + [[str(i + 1), make(m), str(m.chance.randint(1, 500))] for i in range(n)]

    return table


def hidden(share: float) -> Callable[[Maker, int], Rows]:
    def table(m: Maker, n: int) -> Rows:
        rows = column("nomor_rekening", lambda m: "0013" + m.digits(12))(m, n)
        for row in rows[1:][:: round(1 / share)]:
            row[1] = m.nik()
        return rows

    return table


def people(name: str, second: str) -> Callable[[Maker, int], Rows]:
    def table(m: Maker, n: int) -> Rows:
        rows = [[name, second, "jumlah"]]
        for _ in range(n):
            house = f"No {m.chance.randint(1, 90)} RT 0{m.chance.randint(1, 9)}"
            where = f"{m.chance.choice(STREETS)} {house}"
            born = (
                f"19{m.chance.randint(50, 99)}-0{m.chance.randint(1, 9)}-1{m.chance.randint(0, 9)}"
            )
            rows.append([m.person(), where if second == "alamat" else born, "1"])
        return rows

    return table


def places(first: str, make: Callable[[Maker], str]) -> Callable[[Maker, int], Rows]:
    def table(m: Maker, n: int) -> Rows:
        rows = [[first, "alamat", "jumlah"]]
        return rows + [[make(m), f"{m.chance.choice(STREETS)} No {i}", "3"] for i in range(n)]

    return table


def spaced(digits: str) -> str:
    return " ".join((digits[:4], digits[4:8], digits[8:12], digits[12:]))


def imei(m: Maker) -> str:
    return f"35{m.digits(6)}{m.digits(6)}{m.digits(2)}"


def card_number(m: Maker) -> str:
    digits = m.chance.choice(["4", "5"]) + m.digits(14)
    return next(digits + c for c in "0123456789" if luhn(digits + c))


def stamp(m: Maker, years: range = range(2015, 2026)) -> str:
    year = m.chance.choice(years)
    clock = (
        f"{m.chance.randint(0, 23):02d}{m.chance.randint(0, 59):02d}{m.chance.randint(0, 59):02d}"
    )
    return f"{year}{m.chance.randint(1, 12):02d}{m.chance.randint(1, 28):02d}{clock}{m.digits(2)}"


def microseconds(m: Maker) -> str:
    return str(m.chance.randint(1_420_000_000_000_000, 1_760_000_000_000_000))


def land_parcel(m: Maker) -> str:
    return f"3579{m.chance.randint(1, 3):03d}0{m.digits(10)}"


def grouped(m: Maker) -> str:
    return f"{m.chance.randint(1, 9)}." + ".".join(m.digits(3) for _ in range(5))


def mailbox(m: Maker) -> str:
    return f"{m.person().replace(' ', '.').lower()}{m.digits(2)}@gmail.com"


def contract(m: Maker) -> str:
    return f"{m.chance.randint(2015, 2025)}{m.digits(12)}"


def running(m: Maker) -> str:
    return f"3579{m.chance.randint(1, 99999):012d}"


def budget_account(m: Maker) -> str:
    return f"5.1.0{m.digits(1)}.0{m.digits(1)}.01.{m.digits(4)}"


def village(m: Maker) -> str:
    return f"35.79.0{m.chance.randint(1, 3)}.200{m.chance.randint(1, 9)}"


PERSONAL: dict[str, Callable[[Maker, int], Rows]] = {
    "nik": column("nik", Maker.nik),
    "nik, unnamed column": column("nomor", Maker.nik),
    "nik in groups": column("identitas", lambda m: spaced(m.nik())),
    "nik dotted": column("nomor", lambda m: (d := m.nik())[:6] + "." + d[6:12] + "." + d[12:]),
    "nik as float": column("nik", lambda m: m.nik() + ".0"),
    "nik with apostrophe": column("id_warga", lambda m: "'" + m.nik()),
    "nik in remarks": column("keterangan", lambda m: f"a.n. {m.person()} (NIK.{m.nik()}) lunas"),
    "nik hidden in accounts, 1 in 5": hidden(0.2),
    "nik hidden in accounts, 1 in 12": hidden(0.08),
    "kk": column("no_kk", Maker.card),
    "kk, unnamed column": column("nomor", Maker.card),
    "nip": column("nip", Maker.nip),
    "nip spaced": column("nomor", lambda m: (d := m.nip())[:8] + f" {d[8:14]} {d[14]} {d[15:]}"),
    "npwp written": column("wajib_pajak", lambda m: written_npwp(m.npwp())),
    "npwp plain": column("npwp", Maker.npwp),
    "phone": column("no_hp", Maker.mobile),
    "phone, unnamed column": column("keterangan", lambda m: f"hubungi {m.mobile()}"),
    "phone without zero": column("no_hp", lambda m: "812" + m.digits(8)),
    "e-mail": column("surel", mailbox),
    "name and address": people("nama", "alamat"),
    "beneficiary and address": people("nama_penerima", "alamat"),
    "name and birth date": people("nama", "tanggal_lahir"),
}  # fmt: skip
ORDINARY: dict[str, Callable[[Maker, int], Rows]] = {
    "16 random digits": column("nomor", lambda m: m.digits(16)),
    "contract, year and serial": column("nomor_kontrak", contract),
    "account of a bank": column("nomor_rekening", lambda m: "0013" + m.digits(12)),
    "account with local prefix": column("id_pelanggan", lambda m: "3579" + m.digits(12)),
    "running number, local prefix": column("nomor", running),
    "register: district, date, serial": column(
        "no_registrasi", lambda m: f"35790{m.chance.randint(1, 3)}{m.chance.randint(1, 28):02d}"
        f"{m.chance.randint(1, 12):02d}{m.chance.choice(['24', '25'])}{m.digits(4)}"),
    "register: district, yymmdd, serial": column(
        "no_registrasi", lambda m: f"35790{m.chance.randint(1, 3)}{m.chance.choice(['24', '25'])}"
        f"{m.chance.randint(1, 12):02d}{m.chance.randint(1, 28):02d}{m.digits(4)}"),
    "device (IMEISV)": column("perangkat", imei),
    "device (IMEI)": column("perangkat", lambda m: imei(m)[:15]),
    "payment card form": column("nomor_kartu", card_number),
    "timestamp": column("kode_transaksi", stamp),
    "microseconds": column("waktu_unix", microseconds),
    "land parcel (NOP)": column("nop", land_parcel),
    "18 random digits": column("nomor", lambda m: m.digits(18)),
    "timestamp of 18 digits": column("kode", lambda m: stamp(m) + "00"),
    "15 random digits": column("nomor", lambda m: m.digits(15)),
    "amount in groups": column("anggaran", grouped),
    "fraction of 16 decimals": column("nilai", lambda m: "0." + m.digits(16)),
    "coordinates": column("lon", lambda m: "112." + m.digits(14)),
    "budget account": column("kode_rekening", budget_account),
    "village code": column("kode_desa", village),
    "NIB": column("nib", lambda m: "0" + m.digits(12)),
    "barcode": column("kode_barang", lambda m: "899" + m.digits(10)),
    "12-digit order number": column("nomor_order", lambda m: "08" + m.digits(10)),
    "office line": column("telepon", lambda m: f"(0341) 59{m.digits(4)}"),
    "office mail": column("surel", lambda m: f"dinas{m.digits(2)}@batukota.go.id"),
    "school and address": places("nama", lambda m: f"{m.chance.choice(SCHOOLS)} {m.digits(2)}"),
    "shop and address": places("nama", lambda m: f"Toko {m.chance.choice(GIVEN)}"),
    "place and address": places("nama_lokasi", lambda m: f"Taman {m.chance.choice(FAMILY)}"),
    "office and address": places("nama", lambda m: f"Puskesmas {m.chance.choice(FAMILY)}"),
}  # fmt: skip
