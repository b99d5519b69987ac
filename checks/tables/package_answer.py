"""The answer of `mutakhir validate datapackage.json`: the whole, then resource by resource."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path

from checks.tables.answers import FindingAnswer, ValidationAnswer, answer_of_report
from checks.tables.findings import N_SHOWN
from checks.tables.package import validate_package
from checks.tables.personal.forms import masked_finding
from checks.tables.validation import Engine


@dataclass(frozen=True, slots=True)
class ResourceFinding(FindingAnswer):
    """One finding, and the resource it is about."""

    resource: str


@dataclass(frozen=True, slots=True)
class ResourceAnswer:
    """What was seen of one resource; `gate` says why Frictionless itself read it, if it did."""

    name: str
    valid: bool
    rows: int
    fields: tuple[str, ...]
    counts: Mapping[str, int]
    truncated: bool
    gate: str | None


@dataclass(frozen=True, slots=True)
class PackageAnswer:
    """The verdict on a package; `rows` and `counts` are of all its resources together."""

    valid: bool
    rows: int
    findings: tuple[ResourceFinding, ...]
    counts: Mapping[str, int]
    truncated: bool
    seconds: float
    resources: tuple[ResourceAnswer, ...]


def package_answer(path: Path, *, engine: Engine = "fast", language: str = "id") -> PackageAnswer:
    """Return the verdict on a package without personal numbers. Raises as validate_package."""
    whole = validate_package(path, engine=engine)
    counts: Counter[str] = Counter()
    findings: list[ResourceFinding] = []
    resources = []
    for each in whole.resources:
        masked = tuple(map(masked_finding, each.report.findings))
        answer = answer_of_report(replace(each.report, findings=masked), language)
        findings += (_of(finding, each.name) for finding in answer.findings)
        counts.update(answer.counts)
        resources.append(_resource(each.name, answer, each.report.gate))
    return PackageAnswer(
        valid=whole.valid,
        rows=sum(resource.rows for resource in resources),
        findings=tuple(findings[:N_SHOWN]),
        counts=dict(counts),
        truncated=counts.total() > min(len(findings), N_SHOWN),
        seconds=whole.seconds,
        resources=tuple(resources),
    )


def _resource(name: str, answer: ValidationAnswer, gate: str | None) -> ResourceAnswer:
    return ResourceAnswer(
        name, answer.valid, answer.rows, answer.fields, answer.counts, answer.truncated, gate
    )


def _of(finding: FindingAnswer, name: str) -> ResourceFinding:
    kept = {field.name: getattr(finding, field.name) for field in fields(finding)}
    return ResourceFinding(**kept, resource=name)
