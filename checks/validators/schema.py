"""The schema's verdict, passed on."""

from collections.abc import Iterable
from typing import ClassVar

from checks.tables.personal.forms import masked_finding
from checks.validators import Finding, Inspection


class SchemaErrors:
    """Passes on what the Table Schema refuses; a version stays published but invalid."""

    code: ClassVar[str] = "schema"
    title_id: ClassVar[str] = "Kesesuaian dengan skema"
    title_en: ClassVar[str] = "Conformity with the schema"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield the findings of the validation, if there was one, without personal numbers."""
        return map(masked_finding, sample.report.findings) if sample.report else ()
