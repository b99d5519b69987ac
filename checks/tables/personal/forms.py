"""The forms of personal numbers: what in a text is a NIK, KK, NIP, NPWP, phone or address."""

import re
from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import replace

from checks.tables.columns import name_key
from checks.tables.findings import Finding
from checks.tables.personal.places import begins_a_personal_number

_ALONE = r"(?<!\d)(?<!\d[.,])"
_SIXTEEN = re.compile(
    _ALONE + r"(?:\d{16}|\d{4}([ .-])\d{4}\1\d{4}\1\d{4}|\d{6}([ .-])\d{6}\2\d{4}"
    r"|\d{2}([ .-])\d{2}\3\d{2}\3(?:\d{6}|\d{2}\3\d{2}\3\d{2})\3\d{4})(?!\d)"
)
_NIP = re.compile(
    _ALONE + r"(19[3-9]\d|200[0-8])(\d{2})(\d{2})[ .-]?((?:19|20)\d{2})(\d{2})[ .-]?([12])"
    r"[ .-]?(\d{3})(?!\d)"
)
_EIGHTEEN = re.compile(_ALONE + r"\d{18}(?!\d)")
_NPWP_WRITTEN = re.compile(_ALONE + r"\d{2}\.\d{3}\.\d{3}[.-]?\d[-.]\d{3}\.\d{3}(?!\d)")
_NPWP_PLAIN = re.compile(_ALONE + r"0?\d{15}(?!\d)")
_MOBILE = re.compile(
    r"(?<![\d.])(?:\+?62[ .-]?|\(?0)8(?:1[1-9]|2[1-38]|3[1-38]|5[1-35-9]|7[7-9]|8[1-9]|9[5-9])"
    r"\)?(?:[ .-]?\d){6,9}(?!\d)"
)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_OFFICIAL = (".go.id", ".desa.id", ".sch.id", ".ac.id", ".mil.id", ".polri.go.id")
_ROLES = re.compile(
    r"(?:info|admin|humas|kontak|contact|office|cs|layanan|pengaduan|sekretariat|data|ppid|kantor"
    r"|support|marketing|sales|redaksi)\d*(?:[._-].*)?"
)
_DIGIT_SEPARATORS = str.maketrans("", "", " .-")
WOMEN = 40
_LEAST_ENTRIES, _SEVERAL, _MANY, _FEW = 3, 8, 12, 2
_OLDEST, _YOUNGEST = 60, 15
_PPPK_MONTH = 21
_PERSONAL_NAME = re.compile(
    r"(?:^|_)(?:nik|kk|nokk|ktp|npwp|nip|hp|wa|telepon|telp|tlp|ponsel|seluler)(?:_|$)"
)
_LONG_NUMBER = re.compile(r"\d[\d .-]{6,}\d")
_PERSONAL = re.compile(r"\d{2}[ .-]?\d|@")


def digits_of(text: str) -> str:
    """Return a number without the signs between its groups."""
    return text.translate(_DIGIT_SEPARATORS)


def is_nik(digits: str) -> bool:
    """Tell whether 16 digits have the form of a NIK: district, birth date, serial number.

    Women are written with 40 added to the day. A family card (KK) has the same form, with
    the date of its issue.
    """
    return digits[12:] != "0000" and _begins_as_nik(digits)


def _begins_as_nik(digits: str) -> bool:
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    day = day - WOMEN if day > WOMEN else day
    if not 1 <= month <= 12:
        return False
    # 1900 and 2000 differ in their February; either century will do.
    longest = max(monthrange(1900 + year, month)[1], monthrange(2000 + year, month)[1])
    return 1 <= day <= longest and begins_a_personal_number(digits[:6])


def are_register_numbers(numbers: Collection[str]) -> bool:
    """Tell whether the dates in NIKs are those of a register: one or two years, no women.

    A few people may be of one age; but then some have a small serial, as nearly all have.
    """
    if len(numbers) < _LEAST_ENTRIES or any(int(number[6:8]) > WOMEN for number in numbers):
        return False
    if len(numbers) < _MANY and any(number[12:14] == "00" for number in numbers):
        return False
    days, years = {n[6:8] for n in numbers}, {n[10:12] for n in numbers}
    return min(len(days), len(years)) <= _FEW


def stand_out(numbers: Collection[str], others: Collection[str]) -> bool:
    """Tell whether all the others begin alike, as those of one bank do, and these do not."""
    beginnings = {number[:4] for number in others}
    return (
        len(others) >= _SEVERAL
        and len(beginnings) == 1
        and not any(number[:4] in beginnings for number in numbers)
    )


def is_npwp(digits: str) -> bool:
    """Tell whether 15 digits (or 16 with a leading 0) keep the check digit of an NPWP."""
    if len(digits) == 16:
        if not digits.startswith("0"):
            return False
        digits = digits[1:]
    if len(digits) != 15 or digits[:9] == "000000000":
        return False
    total = 0
    for place, digit in enumerate(reversed(digits[:9])):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def sixteen_digits(text: str) -> Iterator[str]:
    """Yield every number of 16 digits as written, in one piece or in usual groups."""
    return (found.group() for found in _SIXTEEN.finditer(text))


def niks(text: str) -> Iterator[str]:
    """Yield what has the form of a NIK or family card number, as written."""
    return (found for found in sixteen_digits(text) if is_nik(digits_of(found)))


def rounded_niks(text: str) -> Iterator[str]:
    """Yield what may be a NIK of which a spreadsheet kept fifteen digits: its last is a 0."""
    for found in sixteen_digits(text):
        digits = digits_of(found)
        if digits.endswith("0") and _begins_as_nik(digits):
            yield found


def eighteen_digits(text: str) -> Iterator[str]:
    """Yield every number of 18 digits."""
    return (found.group() for found in _EIGHTEEN.finditer(text))


def nips(text: str) -> Iterator[str]:
    """Yield numbers of civil servants: birth date, appointment at 15 to 60, sex, serial."""
    for found in _NIP.finditer(text):
        year, month, day, joined, joined_month = (int(found.group(i)) for i in range(1, 6))
        is_month = 1 <= joined_month <= 12 or joined_month == _PPPK_MONTH
        if not 1 <= month <= 12 or not is_month:
            continue
        is_day = 1 <= day <= monthrange(year, month)[1]
        if is_day and _YOUNGEST <= joined - year <= _OLDEST:
            yield found.group()


def written_npwps(text: str) -> Iterator[str]:
    """Yield NPWP in their written form, 01.300.066.6-091.000."""
    return (found.group() for found in _NPWP_WRITTEN.finditer(text))


def plain_npwps(text: str) -> Iterator[str]:
    """Yield numbers of 15 digits, and of 16 with a leading 0."""
    return (found.group() for found in _NPWP_PLAIN.finditer(text))


def mobiles(text: str) -> Iterator[str]:
    """Yield mobile numbers of Indonesian operators, as written."""
    return (found.group() for found in _MOBILE.finditer(text))


def private_emails(text: str) -> Iterator[str]:
    """Yield e-mail addresses that are neither official nor of a function."""
    for found in _EMAIL.findall(text):
        address = found.casefold()
        if not address.endswith(_OFFICIAL) and not _ROLES.fullmatch(address.partition("@")[0]):
            yield found


def masked_text(text: str) -> str:
    """Return text of which only the first four characters can be read."""
    return text[:4] + "*" * max(0, len(text) - 4)


def masked_personal(text: str) -> str:
    """Return text in which every personal number and address is masked."""
    if not _PERSONAL.search(text):
        return text
    for find in (niks, nips, written_npwps, mobiles, private_emails):
        for found in set(find(text)):
            text = text.replace(found, masked_text(found))
    return text


def masked_cell(column: str, cell: str) -> str:
    """Return a cell without personal numbers; a mistyped one is known by its column."""
    cell = masked_personal(cell)
    if not _PERSONAL_NAME.search(name_key(column)):
        return cell
    return _LONG_NUMBER.sub(lambda number: masked_text(number.group()), cell)


def masked_finding(finding: Finding) -> Finding:
    """Return a finding without personal numbers in its cell and sentences."""
    cell = masked_cell(finding.field or "", finding.cell) if finding.cell else finding.cell
    message_id, message_en = finding.message_id, finding.message_en
    if finding.cell and cell and cell != finding.cell:
        message_id = message_id.replace(finding.cell, cell)
        message_en = message_en.replace(finding.cell, cell)
    message_id, message_en = masked_personal(message_id), masked_personal(message_en)
    if (cell, message_id) == (finding.cell, finding.message_id):
        return finding
    return replace(finding, cell=cell, message_id=message_id, message_en=message_en)
