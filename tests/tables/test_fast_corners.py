"""Corners where a quick engine and Frictionless would part, held together one by one."""

from typing import Any

import pytest

from tests.tables.parity.compare import TIERS, compare

WHOLE: dict[str, Any] = {"name": "a", "type": "integer"}
TEXT: dict[str, Any] = {"name": "b", "type": "string"}
NAME: dict[str, Any] = {"name": "nama", "type": "string"}
MORE: dict[str, Any] = {"name": "c", "type": "string"}
UNIQUE_NUMBER = {"name": "a", "type": "number", "constraints": {"unique": True}}
UNIQUE_WHOLE = {**WHOLE, "constraints": {"unique": True}}


def schema(*fields: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"fields": list(fields), **rest}


CORNERS: dict[str, tuple[str, dict[str, Any], int]] = {
    "a schema without fields": ("a,b\n1,x\n", schema(), 2),
    "fewer fields than labels": ("a,b\n1,x\n", schema(WHOLE), 1),
    "a blank line at the end": ("a,b\n1,x\n\n", schema(WHOLE, TEXT), 1),
    "a blank line in one required column": (
        'a\n1\n\n2\n""\n',
        schema({**TEXT, "name": "a", "constraints": {"required": True}}, missingValues=["-"]),
        1,
    ),
    "a blank line in one unique column": (
        'a\n1\n\n2\n""\n',
        schema({**TEXT, "name": "a", "constraints": {"unique": True}}, missingValues=[]),
        1,
    ),
    "no number equals itself": ("a,b\nNaN,x\nNaN,y\n", schema(UNIQUE_NUMBER, TEXT), 0),
    "one number in three spellings": ("a,b\n1.0,x\n1,y\n1.00,z\n", schema(UNIQUE_NUMBER, TEXT), 2),
    "one key in four spellings": (
        "a,b\n01,x\n1,y\n+1,z\n 1,z\n",
        schema(UNIQUE_WHOLE, TEXT, primaryKey=["a", "b"]),
        4,
    ),
    "one key in quotes and without": (
        'a,b\n"1","x"\n1,y\n" 1",z\n"2",x\n',
        schema(UNIQUE_WHOLE, TEXT),
        2,
    ),
    "a key of two columns in quotes": (
        'a,b\n"1","x"\n1,x\n" 1","x"\n"1","x y"\n',
        schema(WHOLE, TEXT, primaryKey=["a", "b"]),
        2,
    ),
    "a number that cannot be kept": ("a,b\nsNaN,x\n1,y\n", schema(UNIQUE_NUMBER, TEXT), 0),
    "a bound that is no number": (
        "a,b\n5,x\n",
        schema({**WHOLE, "constraints": {"minimum": "abc"}}, TEXT),
        0,
    ),
    "blank rows and a key": (
        "a,b\n,\n-,-\n",
        schema(WHOLE, TEXT, missingValues=["", "-"], primaryKey=["a"]),
        4,
    ),
    "quotes of every kind": (
        'a,b\n1,"x""y"\n2,"x,y"\n3,"x\ny"\n4,x"y\n5,"x"y\n',
        schema(WHOLE, TEXT),
        0,
    ),
    "no last line end": ("a,b\r\n1,x\r\n2,y", schema(WHOLE, TEXT), 0),
    "more errors than are shown": ("a,b\n" + "1,x\n" * 1_500, schema(UNIQUE_WHOLE, TEXT), 1_499),
    "texts around a length": (
        "a,b\n" + "".join(f'{n},"{"z" * n}"\n' for n in range(0, 600, 9)),
        schema(WHOLE, {**TEXT, "constraints": {"maxLength": 300}}),
        33,
    ),
    "a total that a column may hold": ("a,b\n1,x\n2,Jumlah\n3,y\n", schema(WHOLE, TEXT), 0),
    "a total that is none": ("nama,b\nTotal,1\nx,2\ny,3\nz,4\nq,5\n", schema(NAME, TEXT), 0),
    "the header once more": ("nama,b\nx,2\ny,3\nz,4\nq,5\nnama,b\n", schema(NAME, TEXT), 0),
    "a heading between rows": (
        "nama,b,c\nBagian,,\ny,3,4\nz,4,5\nq,5,5\nw,5,5\n",
        schema(NAME, TEXT, MORE),
        0,
    ),
    "a note beside cells of spaces": (
        "nama,b,c\nx,y,z\nSumber: BPS,, \n",
        schema(
            {**NAME, "constraints": {"required": True}},
            {**TEXT, "constraints": {"required": True}},
            MORE,
            missingValues=[],
        ),
        0,
    ),
    "numbered columns": (
        "nama,b,c\n(1),(2),(3)\ny,3,4\nz,4,5\nq,5,5\nw,5,5\n",
        schema(NAME, TEXT, MORE),
        0,
    ),
    "a cell too many": ("a,b\n1,x\n1,y,9\n", schema(WHOLE, TEXT), 1),
    "single quotes around a delimiter": ("a,b\n1,'x, y'\n2,'z'\n", schema(WHOLE, TEXT), 0),
    "spaces after delimiters": ("a, b\n1, x\n2, y\n", schema(WHOLE, TEXT), 0),
}


@pytest.mark.parametrize("tier", sorted(TIERS))
@pytest.mark.parametrize("corner", CORNERS)
def test_at_a_corner_the_report_is_the_one_of_frictionless(tmp_path, corner, tier):
    text, described, n_errors = CORNERS[corner]
    path = tmp_path / "tabel.csv"
    path.write_text(text, newline="")
    said = compare(path, described, tier)
    assert said.difference is None, said.difference
    assert said.n_errors == n_errors
