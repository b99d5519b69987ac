"""The committed files of the sample city fit together and describe nobody real."""

import csv
import json
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from io import StringIO

import pytest

from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Role, Schedule, parse_cadence
from checks.sources.recipes import RECIPES
from sample_data.files import (
    FOLDER,
    LOADED,
    assigned_behaviours,
    layout_texts,
    load_files,
    promised_datasets,
)
from sample_data.layouts import Layout, UnknownColumn, read_layouts

TODAY = date(2026, 11, 21)
FEEDS = "http://127.0.0.1:8001/feeds"


#: What comes out of an application by its recipe, where that is not the layout of its rows.
TAKEN = {row.name: row.columns for row in RECIPES}


def rows(name: str) -> list[dict[str, str]]:
    text = load_files(FEEDS, TODAY)[name]
    return list(csv.DictReader(StringIO(text)))


def published(row: dict[str, str], layouts: Mapping[str, Layout]) -> tuple[str, ...]:
    options = row["opsi"]
    recipe = json.loads(options)["resep"] if options.startswith("{") else options
    return TAKEN[recipe] if recipe else layouts[row["slug"]].header


def test_the_city_has_32_agencies_and_124_datasets_with_unique_names():
    agencies, datasets = rows("agencies.csv"), rows("datasets.csv")
    assert (len(agencies), len(datasets)) == (32, 124)
    for table, column in ((agencies, "kode"), (agencies, "singkatan"), (datasets, "slug")):
        assert len({row[column] for row in table}) == len(table)


def test_every_dataset_person_and_application_names_an_agency_of_the_city():
    known = {row["singkatan"] for row in rows("agencies.csv")}
    city_wide = {Role.PIMPINAN.value}
    assert {row["opd"] for row in rows("datasets.csv")} <= known
    assert {row["opd"] for row in rows("applications.csv")} <= known
    assert all(row["opd"] in known or row["peran"] in city_wide for row in rows("people.csv"))


def test_every_agency_has_an_operator_a_head_of_unit_and_a_head():
    roles = Counter((row["opd"], row["peran"]) for row in rows("people.csv"))
    for agency in rows("agencies.csv"):
        for role in (Role.OPERATOR, Role.KEPALA_BIDANG, Role.KEPALA_OPD):
            assert roles[agency["singkatan"], role.value] == 1, (agency["singkatan"], role)
    assert roles["Diskominfo", Role.WALIDATA.value] == 2


def test_every_cadence_and_rule_is_read_and_one_of_each_unread_kind_is_kept():
    read: dict[Schedule, list[str]] = {schedule: [] for schedule in Schedule}
    for row in rows("datasets.csv"):
        parsed = parse_release_rule(row["jadwal_rilis"], parse_cadence(row["periode_data"]))
        read[parsed.schedule].append(row["slug"])
    assert read[Schedule.UNPARSED] == ["kelompok-tani"]
    assert read[Schedule.UNPUBLISHED] == ["potensi-konflik"]
    assert len(read[Schedule.PARSED]) == 122


def test_every_dataset_has_a_layout_and_a_behaviour_and_declares_columns_that_it_has():
    layouts, behaviours = read_layouts(layout_texts()), assigned_behaviours()
    datasets = rows("datasets.csv")
    slugs = {row["slug"] for row in datasets}
    assert set(layouts) == slugs
    assert set(behaviours) == slugs
    for row in datasets:
        header = set(published(row, layouts))
        declared = {*row["kolom_nilai"].split(";"), *row["kunci"].split(";"), row["kolom_waktu"]}
        assert declared - {""} <= header, row["slug"]
        assert (row["kolom_waktu"] == "") is layouts[row["slug"]].is_register


def test_the_schemas_name_the_columns_of_their_tables_in_order():
    layouts = read_layouts(layout_texts())
    with_schema = [row for row in rows("datasets.csv") if row["skema"]]
    assert len(with_schema) >= 15
    for row in with_schema:
        names = [field["name"] for field in json.loads(row["skema"])["fields"]]
        assert tuple(names) == published(row, layouts), row["slug"]


def test_every_schema_file_is_used_and_together_they_hold_keys_lists_and_ranges():
    texts = [row["skema"] for row in rows("datasets.csv") if row["skema"]]
    assert len(list((FOLDER / "schemas").iterdir())) == len(texts)
    schemas = [json.loads(text) for text in texts]
    assert all(schema["primaryKey"] for schema in schemas)
    rules = {
        rule
        for schema in schemas
        for column in schema["fields"]
        for rule in column.get("constraints", {})
    }
    assert rules == {"required", "unique", "enum", "minimum", "maximum", "pattern"}


def test_a_pulled_dataset_has_an_address_and_the_others_have_none():
    places = {"http_file": FEEDS, "json_api": FEEDS, "jdihn": FEEDS, "sql_view": "env:SUMBER_"}
    for row in rows("datasets.csv"):
        place = places.get(row["sumber"])
        assert row["alamat"].startswith(place) if place else not row["alamat"], row["slug"]
        unlinked = assigned_behaviours()[row["slug"]][0].behaviour == "unlinked"
        assert (row["sumber"] == "") is unlinked, row["slug"]


def test_no_placeholder_is_left_in_a_loaded_file_and_targets_follow_today():
    for name, text in load_files("http://x", TODAY).items():
        assert "{feeds}" not in text, name
        assert "{today" not in text, name
    targets = [row["target"] for row in rows("applications.csv") if row["target"]]
    assert "2026-12-06" in targets  # {today+15}
    assert any(date.fromisoformat(t) < TODAY for t in targets)
    assert any(date.fromisoformat(t) > TODAY for t in targets)


def test_every_address_is_reserved_and_every_region_code_is_nobodys():
    for name in LOADED:
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert set(re.findall(r"@([\w.-]+)", text)) <= {"sukamaju.example"}
        assert all(host.endswith(".example") for host in re.findall(r"https://([^/,\s]+)", text))
    assert all(row["kode"].startswith("99.") for row in rows("agencies.csv"))


@pytest.mark.parametrize(
    "name", ["Batu", "Bumiaji", "Junrejo", "Tlekung", "Among Tani", "Brantas", "Malang"]
)
def test_no_real_place_of_the_plan_is_named(name: str):
    for path in sorted(FOLDER.glob("*.csv")):
        assert not re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")), path.name


def test_no_two_people_share_a_name_or_an_address():
    people = rows("people.csv")
    assert len({row["nama"] for row in people}) == len(people)
    assert len({row["email"] for row in people}) == len(people)


def test_a_column_written_in_no_known_way_is_refused_with_its_place():
    with pytest.raises(UnknownColumn, match=r"layouts.csv, inflasi: .*mtm"):
        read_layouts({"inflasi": "m; mtm"})
    with pytest.raises(UnknownColumn, match=r"layouts.csv, inflasi: .*mtm:banyak"):
        read_layouts({"inflasi": "m; mtm:n banyak"})


def test_titles_are_those_of_the_sample_daftar_data_in_order():
    assert next(iter(promised_datasets())) == "penduduk-kecamatan"
    assert [p.title for p in promised_datasets().values()] == [
        row["judul"] for row in rows("datasets.csv")
    ]
