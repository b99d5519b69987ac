"""Files that are sent to be kept."""

from flask import Response

from dashboards.exports import CSV_TYPE, XLSX_TYPE, Sheet, as_csv, as_xlsx


def send_sheet(sheet: Sheet, kind: str) -> Response:
    """Send a sheet as an attachment; `kind` is csv or xlsx."""
    content, media_type = (
        (as_csv(sheet), CSV_TYPE) if kind == "csv" else (as_xlsx(sheet), XLSX_TYPE)
    )
    sent = Response(content, content_type=media_type)
    name = sheet.name.replace("_", "-")
    sent.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    sent.headers["Cache-Control"] = "public, no-cache"
    return sent
