"""The forms behind the answer links; messages say what is missing, in the reader's language."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional

from catalog.pages.language import lazy_gettext
from checks.telling.declarations import MAX_REASON

MIN_REASON = 10
_TRIMMED = [lambda text: text.strip() if isinstance(text, str) else text]


def _reason_rules() -> list[object]:
    return [
        InputRequired(lazy_gettext("Tulis alasannya, satu kalimat cukup.")),
        Length(MIN_REASON, MAX_REASON, lazy_gettext("Alasan: 10 sampai 1.000 huruf.")),
    ]


class ConfirmForm(FlaskForm):  # type: ignore[misc]
    """A button and nothing to fill in."""


class UploadForm(FlaskForm):  # type: ignore[misc]
    """One file."""

    file = FileField(validators=[FileRequired(lazy_gettext("Pilih berkas yang akan dikirim."))])


class NilForm(FlaskForm):  # type: ignore[misc]
    """Why there is nothing to report."""

    reason = TextAreaField(filters=_TRIMMED, validators=_reason_rules())


class AnswerForm(FlaskForm):  # type: ignore[misc]
    """Why it is late and when it will come."""

    reason = TextAreaField(filters=_TRIMMED, validators=_reason_rules())
    eta_on = DateField(
        validators=[InputRequired(lazy_gettext("Isi tanggal perkiraan data akan dikirim."))]
    )


class NotMineForm(FlaskForm):  # type: ignore[misc]
    """Who should be told instead, if known."""

    reason = TextAreaField(
        filters=_TRIMMED,
        validators=[
            Optional(),
            Length(max=MAX_REASON, message=lazy_gettext("Paling banyak 1.000 huruf.")),
        ],
    )
