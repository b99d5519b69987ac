"""A data package is judged resource by resource, its keys followed as Frictionless does."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package

from checks.tables.package import BadPackage, is_package, validate_package
from checks.tables.package_answer import package_answer
from tests.tables.building import workbook

TOWNS = "id,nama\n1,Batu\n2,Junrejo\n3,Bumiaji\n"
SCHOOLS = "no,kota,induk\n1,1,\n2,9,1\n3,,7\n4,3,2\n"
TOWN_FIELDS = [{"name": "id", "type": "integer"}, {"name": "nama", "type": "string"}]
SCHOOL_FIELDS = [{"name": name, "type": "integer"} for name in ("no", "kota", "induk")]
KEYS = [
    {"fields": "kota", "reference": {"resource": "kota", "fields": "id"}},
    {"fields": ["induk"], "reference": {"resource": "", "fields": ["no"]}},
]


def resource(name: str, fields: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    schema = {"fields": fields, **more.pop("schema", {})}
    return {"name": name, "path": f"{name}.csv", "schema": schema, **more}


def package(folder: Path, *resources: dict[str, Any], **texts: str) -> Path:
    for name, text in {"kota": TOWNS, "sekolah": SCHOOLS, **texts}.items():
        (folder / f"{name}.csv").write_text(text)
    path = folder / "datapackage.json"
    path.write_text(json.dumps({"name": "uji", "resources": list(resources)}))
    return path


def both(**more: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    school = resource("sekolah", SCHOOL_FIELDS, schema={"foreignKeys": KEYS}, **more)
    return resource("kota", TOWN_FIELDS), school


def places(path: Path) -> list[tuple[Any, ...]]:
    found = validate_package(path)
    return [
        (each.name, finding.code, finding.row, finding.field_number)
        for each in found.resources
        for finding in each.report.findings
    ]


def expected(path: Path) -> list[tuple[Any, ...]]:
    return [
        (task.name, error.type, getattr(error, "row_number", None),
         getattr(error, "field_number", None))
        for task in Package(str(path)).validate().tasks
        for error in task.errors
    ]  # fmt: skip


def test_keys_to_another_resource_and_to_the_own_table_are_followed(tmp_path):
    path = package(tmp_path, *both())
    assert places(path) == [
        ("sekolah", "foreign-key", 3, None),
        ("sekolah", "foreign-key", 4, None),
    ]
    assert places(path) == expected(path)
    towns, schools = validate_package(path).resources
    assert (towns.report.valid, towns.report.gate) == (True, None)
    assert (schools.report.valid, schools.report.gate) == (False, "foreign keys")
    first = schools.report.findings[0]
    assert "kolom kota berisi 9" in first.message_id
    assert 'tabel "kota" kolom id' in first.message_id


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(25))
def test_any_package_has_the_report_of_frictionless(tmp_path, seed):
    chance = random.Random(seed)
    kind = chance.choice(["integer", "string"])

    def key() -> str:
        return chance.choice([*map(str, range(1, 8)), "", "x"])

    towns = "id,nama\n" + "".join(f"{k},K{k}\n" for k in chance.sample("1234567", 5))
    rows = (f"{n},{key()},{key()},{key()}\n" for n in range(1, chance.randint(3, 14)))
    keys = list(KEYS[: chance.randint(1, 2)])
    if chance.random() < 0.4:
        keys.append(
            {"fields": ["kota", "induk"],
             "reference": {"resource": "kota", "fields": ["id", "nama"]}}
        )  # fmt: skip
    if chance.random() < 0.1:
        keys.append({"fields": ["induk"], "reference": {"resource": "tiada", "fields": ["id"]}})
    fields = [{"name": name, "type": kind} for name in ("no", "kota", "induk")]
    rules = {"foreignKeys": keys, "primaryKey": chance.choice([[], ["no"], ["kota"]])}
    resources = [
        resource("kota", [{"name": "id", "type": kind}, TOWN_FIELDS[1]]),
        resource("sekolah", [*fields, {"name": "n", "type": "integer"}], schema=rules),
    ]
    chance.shuffle(resources)
    path = package(tmp_path, *resources, kota=towns, sekolah="no,kota,induk,n\n" + "".join(rows))
    assert places(path) == expected(path)


def test_rows_inside_the_description_are_judged_too(tmp_path):
    town = {
        "name": "kota",
        "data": [["id", "nama"], [1, "Batu"]],
        "schema": {"fields": TOWN_FIELDS},
    }
    _, school = both()
    path = package(tmp_path, school, town)
    assert [place[:3] for place in places(path)] == [
        ("sekolah", "foreign-key", 3), ("sekolah", "foreign-key", 4), ("sekolah", "foreign-key", 5),
    ]  # fmt: skip
    assert places(path) == expected(path)


def test_a_workbook_can_be_referred_to(tmp_path):
    (tmp_path / "kota.xlsx").write_bytes(workbook([["id", "nama"], [1, "Batu"], [3, "Bumiaji"]]))
    town, school = both()
    path = package(tmp_path, town | {"path": "kota.xlsx"}, school)
    assert [place[:3] for place in places(path)] == [
        ("sekolah", "foreign-key", 3), ("sekolah", "foreign-key", 4),
    ]  # fmt: skip


def test_a_schema_may_be_a_file_of_the_same_folder(tmp_path):
    town, school = both()
    (tmp_path / "skema.json").write_text(json.dumps(school["schema"]))
    path = package(tmp_path, town, school | {"schema": "skema.json"})
    assert len(places(path)) == 2


def test_a_missing_file_is_a_finding_of_its_resource_alone(tmp_path):
    town, school = both()
    path = package(tmp_path, town, school | {"path": "tiada.csv"})
    assert places(path) == [("sekolah", "mutakhir/missing-file", None, None)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"path": "../kota.csv"}, "folder paket"),
        ({"path": "/etc/passwd"}, "folder paket"),
        ({"path": "http://contoh.id/kota.csv"}, "folder paket"),
        ({"path": "file:kota.csv"}, "folder paket"),
        ({"path": "tautan.csv"}, "folder paket"),
        ({"path": ["kota.csv", "sekolah.csv"]}, "potongan"),
        ({"schema": "../skema.json"}, "folder paket"),
        ({"schema": "http://contoh.id/skema.json"}, "folder paket"),
        ({"schema": "kota.csv"}, "JSON"),
        ({"schema": [1]}, "schema"),
        ({"name": "sekolah"}, "dua kali"),
        ({"name": ""}, "name"),
        ({"dialect": {"header": False}}, "dialect"),
        ({"dialect": {"commentChar": "#"}}, "dialect"),
    ],
)
def test_a_package_that_asks_for_more_than_its_folder_is_refused(tmp_path, change, said):
    outside = tmp_path / "luar.csv"
    outside.write_text(TOWNS)
    folder = tmp_path / "paket"
    folder.mkdir()
    (folder / "tautan.csv").symlink_to(outside)
    town, school = both()
    with pytest.raises(BadPackage, match=said):
        validate_package(package(folder, town | change, school))


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"resources": 5}', "id,nama\n1,a\n", '{"resources": [1]}']
)
def test_only_a_description_of_resources_is_a_package(tmp_path, text):
    path = tmp_path / "datapackage.json"
    path.write_text(text)
    assert not is_package(path)
    assert is_package(package(tmp_path, *both()))


def test_the_answer_names_the_resource_of_every_finding(tmp_path):
    answer = package_answer(package(tmp_path, *both()), language="en")
    assert (answer.valid, answer.rows, answer.truncated) == (False, 7, False)
    assert [(f.resource, f.row) for f in answer.findings] == [("sekolah", 3), ("sekolah", 4)]
    assert answer.counts == {"foreign-key": 2}
    assert [each.valid for each in answer.resources] == [True, False]
