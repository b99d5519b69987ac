"""Whatever a table holds, every check gives an answer."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.registry import discover
from checks import validators
from checks.tables.profile import profile
from checks.tables.reading import UnreadableTable
from checks.validators import Inspection
from tests.tables.building import table_of
from tests.tables.inspections import NOW

NAMES = st.sampled_from(
    ["tahun", "jumlah", "kode_kecamatan", "nama", "alamat", "tanggal_lahir", "persen", "0 - 4",
     "5 - 9", "10 - 14", "15+", "2020", "2021", "2022", "2023", "nik", "no_hp", "satuan", "id"]
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(["", "-", "Jumlah", "1e308", "-1e308", "1e-320", "0", "5.930", "12,5 %"]),
    st.sampled_from(["3579011708950001", "0812345678", "35.79.01", "31/02/2024", "Persen"]),
    st.integers(-(10**18), 10**18).map(str),
    st.text(max_size=6),
)


@settings(max_examples=200)
@given(st.lists(NAMES, min_size=1, max_size=6, unique=True), st.data())
def test_no_check_breaks_on_any_table(header, data):
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(header)), min_size=1, max_size=10))
    records = [dict(zip(header, row, strict=True)) for row in rows]
    try:
        table = table_of(json.dumps(records), "data.json")
    except UnreadableTable:
        return
    sample = Inspection(table=table, profile=profile(table), now=NOW, previous_table=table)
    for kind in discover(validators):
        for one in kind().run(sample):
            assert one.message_id.endswith(".")
            assert one.row is None or one.row >= 1
