"""The errors that Frictionless's authors expect in their own tests are those that we report."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.tables.findings import Finding
from checks.tables.package import validate_package
from checks.tables.schema import BadSchema, trusted_schema
from tests.tables.test_corpora import corpora

__all__ = ["corpora"]

Case = dict[str, Any]
# What is asked there that no Table Schema and no data package of ours can ask.
OUTSIDE = {
    "checks": "further checks of Frictionless's own checklist, which the product does not offer",
    "bytes": "counts and hashes that a description states of its files are not taken over",
    "rows": "counts and hashes that a description states of its files are not taken over",
    "encoding": "an encoding that the caller forces on a file; ours is found in its bytes",
    "compression": "a compression that the caller forces on a file; ours is found in its bytes",
    "detector": "a schema that is matched to the columns by name, at the caller's wish",
    "fieldsMatch": "a schema that is matched to the columns by name, at the caller's wish",
    "formula": "further checks of Frictionless's own checklist, which the product does not offer",
}
OTHERWISE = {
    "test_resource_validate_scheme_invalid": "an address that is no file: refused (test_package)",
    "test_resource_validate_table_is_invalid_issue_312": "blank rows of a sheet are no rows",
    "test_package_validate_stats_invalid": "the description is not in the corpus",
    "test_package_validate_check_file_package_stats_hash_invalid": "not in the corpus either",
    "test_package_validate_schema_foreign_key_self_referenced_resource_violation": "nor this one",
    "test_package_validate_schema_foreign_key_internal_resource_violation": "nor this one",
    "test_package_validate_schema_foreign_key_internal_resource_violation_non_existent": "nor this",
    "test_package_validate_schema_multiple_foreign_key_resource_violation_non_existent": "nor this",
    "test_resource_validate_schema_invalid_json": "a description alone, without its table",
    "test_validate_required_invalid": "a rule outside of constraints is left behind, not refused",
    "test_validate_forbidden_value_task_error": "a malformed check of a checklist",
    "test_validate_package_invalid_json_issue_192": "refused as no JSON (test_package)",
    "test_resource_validate_invalid_resource_standards_v2_strict": "a description alone",
    "test_package_validate_invalid_package_standards_v2_strict": "a description alone",
    "test_package_validate_multiple_package_errors": "a description alone",
    "test_package_profile_tabular_requirements_issue_1484": "profiles are not taken over",
    "test_package_profile_tabular_requirements_schema_issue_1484": "profiles are not taken over",
    "test_step_resource_update_referenced_as_foreign_key": "a step that changes tables",
    "test_resource_validate_schema_extra_headers_and_cells": "5.21.0 says the extra label alone",
    "test_package_validate_from_path_invalid": "one of its two files is not in the corpus",
    "test_package_validate_with_schema_issue_348": "5.21.0 says the missing label alone",
    "test_resource_without_schema_sync_does_not_warn": "a helper that is not in the corpus",
    "test_resource_explicit_exact_takes_precedence_over_schema_sync": "not in the corpus",
}
REFUSED = {"test_validate_invalid", "test_validate_invalid_table_schema_issue_304"}


def name_of(case: Case) -> str:
    return str(case["test"]).rpartition("::")[2]


def words(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield key
            yield from words(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from words(value)


def is_outside(case: Case) -> bool:
    asked = set(words(case["inputs"])) | set(words(case["validate"]))
    return bool(asked & set(OUTSIDE))


def given(tree: Any, inputs: dict[str, Any]) -> Any:
    """Return what a call stands for: its only argument, or its named ones."""
    if isinstance(tree, dict) and set(tree) == {"ref"}:
        return given(inputs[tree["ref"]], inputs)
    if isinstance(tree, dict) and "call" in tree:
        args = [given(each, inputs) for each in tree["args"]]
        kwargs = {key: given(each, inputs) for key, each in tree["kwargs"].items()}
        return args[0] if args and not kwargs else kwargs
    if isinstance(tree, dict):
        return {key: given(each, inputs) for key, each in tree.items()}
    return [given(each, inputs) for each in tree] if isinstance(tree, list) else tree


def described(case: Case) -> list[dict[str, Any]] | str:
    """Return the resources of a case, or the place of its own description."""
    inputs = case["inputs"]
    for key in ("package", "inquiry", "resource"):
        if key not in inputs:
            continue
        found = given(inputs[key], inputs)
        if key == "package":
            return found if isinstance(found, str) else list(found["resources"])
        if key == "inquiry":
            return list(found["tasks"])
        return [{"path": found} if isinstance(found, str) else found]
    raise AssertionError(case["test"])


def findings(case: Case, folder: Path) -> list[tuple[int, Finding]]:
    found = described(case)
    if isinstance(found, str):
        path = folder / found
    else:
        path = folder / "datapackage.json"
        named = [{**each, "name": f"tabel-{i}"} for i, each in enumerate(found)]
        path.write_text(json.dumps({"resources": named}))
    return [
        (number, finding)
        for number, each in enumerate(validate_package(path).resources, start=1)
        for finding in each.report.findings
    ]


def chosen(case: Case, all_findings: list[tuple[int, Finding]]) -> list[tuple[int, Finding]]:
    """Keep what the case itself asks for: some kinds of errors, or only the first ones."""
    checklist = given(case["inputs"].get("checklist"), case["inputs"]) or {}
    picked, skipped = checklist.get("pick_errors"), checklist.get("skip_errors") or ()
    limit = case["validate"]["kwargs"].get("limit_errors")
    kept = [
        (number, finding)
        for number, finding in all_findings
        if (picked is None or finding.code in picked) and finding.code not in skipped
    ]
    return kept[:limit]


def test_the_errors_are_those_that_its_authors_expect(corpora: Path, tmp_path: Path):
    cases = json.loads((corpora / "frictionless/expected_errors_from_specs.json").read_text())
    shutil.copytree(corpora / "frictionless" / "data", tmp_path / "data")
    names = {name_of(case) for case in cases}
    assert set(OTHERWISE) | REFUSED <= names
    compared = 0
    for case in cases:
        if is_outside(case) or name_of(case) in {*OTHERWISE, *REFUSED}:
            continue
        known = {"rowNumber", "fieldNumber", "type", "taskNumber"}
        fields = [field for field in case["compare_fields"] if field in known]
        seen = [
            [
                {"rowNumber": f.row, "fieldNumber": f.field_number, "type": f.code,
                 "taskNumber": number}[field]
                for field in fields
            ]
            for number, f in chosen(case, findings(case, tmp_path))
        ]  # fmt: skip
        expected = [each[: len(fields)] for each in case["expected"]]
        assert seen == expected, case["test"]
        compared += 1
    assert compared >= 14


def test_a_schema_that_its_authors_refuse_is_refused(corpora: Path, tmp_path: Path):
    cases = json.loads((corpora / "frictionless/expected_errors_from_specs.json").read_text())
    for case in cases:
        if name_of(case) == "test_validate_invalid" and case["expected"][0][0] == "schema-error":
            with pytest.raises(BadSchema):
                trusted_schema(case["validate"]["args"][0])
        if name_of(case) == "test_validate_invalid_table_schema_issue_304":
            path = tmp_path / "datapackage.json"
            path.write_text(
                json.dumps({"resources": [{**case["inputs"]["descriptor"], "name": "a"}]})
            )
            with pytest.raises(BadSchema, match="bad"):
                validate_package(path)
