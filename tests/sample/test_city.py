"""The feeds of the sample city behave as behaviours.csv says, on whatever day they are asked."""

import csv
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from catalog.rules.obligations import Obligation
from checks.tables.validation import validate
from sample_data.city import City, UnknownFeed
from sample_data.files import FOLDER, assigned_behaviours, layout_texts
from sample_data.layouts import read_layouts
from sample_data.story import REVERTED_AFTER, Act

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
DAYS = [
    NOW,
    datetime(2026, 3, 20, 2, 0, tzinfo=UTC),  # a day of cuti bersama before Idul Fitri
    datetime(2026, 12, 31, 16, 59, tzinfo=UTC),  # the last minute of a year in WIB
    datetime(2027, 2, 28, 17, 1, tzinfo=UTC),  # the first of March in WIB
]
WHEN = {
    "on_time", "early", "grace", "late", "mixed", "nihil", "stopped", "touched", "empty",
    "reverted", "lost_rows", "renamed", "future", "leak", "gone", "login", "down", "unlinked",
}  # fmt: skip
HOW = {
    "semicolon", "titled", "totals", "json", "xlsx", "corrected", "flaky", "upload", "leak",
    "blank", "untidy",
}  # fmt: skip


@pytest.fixture(scope="module", params=DAYS, ids=lambda at: at.strftime("%Y-%m-%d"))
def city(request: pytest.FixtureRequest) -> City:
    return City(request.param)


@pytest.fixture(scope="module")
def today() -> City:
    return City(NOW)


def slugs_that(city: City, behaviour: str) -> Iterator[tuple[str, int]]:
    for slug in city.slugs:
        for assigned in city.assigned(slug):
            if assigned.behaviour == behaviour:
                yield slug, assigned.parameter


def due(city: City, slug: str) -> list[Obligation]:
    return [o for o in city.story(slug).owed if o.due_at <= city.now]


def released(city: City, slug: str) -> dict[date, datetime]:
    events = city.story(slug).events
    return {e.period.start: e.at for e in events if e.act is Act.PUBLISH and e.period}


def table(city: City, slug: str, at: datetime) -> list[list[str]]:
    text = city.content(slug, at).body.decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))


def test_every_behaviour_is_there_at_least_once_and_no_other():
    assigned = assigned_behaviours()
    first = {behaviours[0].behaviour for behaviours in assigned.values()}
    others = {a.behaviour for behaviours in assigned.values() for a in behaviours[1:]}
    assert first == WHEN
    assert others == HOW


def test_most_datasets_are_on_time_and_some_agencies_never_are():
    assigned = assigned_behaviours()
    on_time = sum(a[0].behaviour == "on_time" for a in assigned.values())
    assert 0.6 <= on_time / len(assigned) <= 0.7
    agencies = {p: City(NOW).promised(p).agency for p in assigned}
    dinkes = {
        assigned[slug][0].behaviour for slug, agency in agencies.items() if agency == "Dinkes"
    }
    dpupr = {assigned[slug][0].behaviour for slug, agency in agencies.items() if agency == "DPUPR"}
    assert dinkes == {"on_time"}
    assert "on_time" not in dpupr


def test_the_same_slug_and_instant_give_the_same_bytes_in_whatever_order_they_are_asked():
    one, other = City(NOW), City(NOW)
    instants = [NOW - timedelta(days=days) for days in (700, 400, 90, 3, 0)]
    forward = [one.content(slug, at) for at in instants for slug in one.slugs]
    backward = [
        other.content(slug, at) for at in reversed(instants) for slug in reversed(other.slugs)
    ]
    assert forward == backward[::-1]


def test_content_changes_at_its_releases_and_at_no_other_time(today: City):
    for slug in ("dbd-puskesmas", "produksi-susu", "bank-sampah", "tera-ulang", "cagar-budaya"):
        for at in today.releases(slug, NOW - timedelta(days=200), NOW):
            moment = timedelta(microseconds=1)
            before, after = today.content(slug, at - moment), today.content(slug, at)
            assert before.body != after.body, (slug, at)
            assert today.content(slug, at + timedelta(minutes=1)) == after
    assert len(today.releases("dbd-puskesmas", NOW - timedelta(days=70), NOW)) == 10


def test_an_unknown_slug_is_said_to_be_unknown(today: City):
    with pytest.raises(UnknownFeed, match='"tidak-ada"'):
        today.content("tidak-ada", NOW)


def test_on_time_releases_lie_between_the_end_of_the_period_and_the_due_date(city: City):
    for slug, _ in slugs_that(city, "on_time"):
        at = released(city, slug)
        for o in due(city, slug):
            # A rule that names the period's own last month falls due as the period ends.
            earliest = min(o.closable_at, o.due_at - timedelta(days=1))
            assert earliest <= at[o.period.start] < o.due_at, (slug, o.period.label)


def test_releases_in_grace_late_and_early_keep_to_their_side_of_the_bounds(city: City):
    for slug, _ in slugs_that(city, "grace"):
        for o in due(city, slug):
            at = released(city, slug)[o.period.start]
            assert o.due_at <= at < o.grace_at, (slug, o.period.label)
    for slug, _ in slugs_that(city, "late"):
        assert all(released(city, slug)[o.period.start] >= o.grace_at for o in due(city, slug))
    for slug, _ in slugs_that(city, "early"):
        assert all(released(city, slug)[o.period.start] < o.closable_at for o in due(city, slug))


def test_a_mixed_dataset_is_sometimes_late_and_mostly_not(today: City):
    n_late = n_all = 0
    for slug, _ in slugs_that(today, "mixed"):
        late = [released(today, slug)[o.period.start] >= o.grace_at for o in due(today, slug)]
        n_late, n_all = n_late + sum(late), n_all + len(late)
    assert 0.05 < n_late / n_all < 0.5


@pytest.mark.parametrize("behaviour", ["stopped", "touched", "reverted"])
def test_what_stopped_has_released_all_but_the_newest_periods(city: City, behaviour: str):
    for slug, n in slugs_that(city, behaviour):
        if city.story(slug).is_rolling:
            continue
        at = released(city, slug)
        starts = [o.period.start for o in due(city, slug)]
        assert all(start in at for start in starts[:-n]), slug
        assert not any(start in at for start in starts[-n:]), slug


def test_a_daily_dataset_that_stopped_ends_so_many_working_days_ago(city: City):
    rolling = [s for s in slugs_that(city, "stopped") if city.story(s[0]).is_rolling]
    assert len(rolling) == 2
    for slug, n in rolling:
        newest = city.calendar.midnight(
            datetime.fromisoformat(table(city, slug, city.now)[-1][0]).date()
        )
        on = city.calendar.local_date(newest)
        today = city.calendar.local_date(city.now)
        expected = n - (not city.calendar.is_working_day(today))
        assert city.calendar.working_days_between(on, today) in (n, expected)


def test_a_touched_file_has_other_bytes_and_the_same_rows(city: City):
    for slug, _ in slugs_that(city, "touched"):
        last, before = city.releases(slug, city.start_at, city.now)[-1:-3:-1]
        new, old = city.content(slug, last), city.content(slug, before)
        assert new.body != old.body
        assert new.last_modified != old.last_modified
        assert sorted(new.body.splitlines()) == sorted(old.body.splitlines())


def test_the_newest_rows_of_an_empty_dataset_have_no_value(city: City):
    layouts = read_layouts(layout_texts())
    for slug, n in slugs_that(city, "empty"):
        header, *rows = table(city, slug, city.now)
        values = [header.index(c.name) for c in layouts[slug].columns if c.is_value]
        by_period: dict[str, set[str]] = {}
        for row in rows:
            period = "-".join(row[:2] if header[1] == "bulan" else row[:1])
            by_period.setdefault(period, set()).update(row[i] for i in values)
        filled = [cells != {""} for cells in by_period.values()]
        n_empty = sum(not is_filled for is_filled in filled)
        assert n_empty >= n
        assert filled == [True] * (len(filled) - n_empty) + [False] * n_empty


def test_a_reverted_file_is_again_the_one_before(city: City):
    for slug, _ in slugs_that(city, "reverted"):
        at = max(released(city, slug).values())
        before = city.content(slug, at - timedelta(seconds=1))
        between = city.content(slug, at)
        after = city.content(slug, at + REVERTED_AFTER)
        assert between.body != before.body
        assert after.body == before.body


def test_lost_rows_are_more_than_half_of_the_table(city: City):
    for slug, _ in slugs_that(city, "lost_rows"):
        at = city.releases(slug, city.start_at, city.now)[-1]
        n_before = len(table(city, slug, at - timedelta(seconds=1)))
        assert len(table(city, slug, at)) < 0.5 * n_before


def test_a_renamed_column_is_missing_under_its_old_name(city: City):
    for slug, _ in slugs_that(city, "renamed"):
        at = max(a for a in released(city, slug).values() if a <= city.now)
        new = table(city, slug, city.now)[0]
        old = table(city, slug, city.start_at)[0]
        assert at <= city.now
        missing = set(old) - set(new)
        assert set(new) - set(old) == {f"jml_{name}" for name in missing}
        assert len(missing) == 1


def test_a_year_too_far_and_a_column_of_nik_are_in_the_newest_file(city: City):
    for slug, _ in slugs_that(city, "future"):
        assert table(city, slug, city.now)[-1][0] == "2099"
    for slug, _ in slugs_that(city, "leak"):
        header, *rows = table(city, slug, city.now)
        assert header[-1] == "nik"
        assert all(len(r[-1]) == 16 and r[-1].isdigit() for r in rows)
        # Serials of one birthday in one district never reach 9,000: these are nobody's.
        assert all(r[-1][12:] >= "9000" for r in rows)


@pytest.mark.parametrize(
    ("behaviour", "status", "sign"),
    [("gone", 404, b"404"), ("login", 200, b'type="password"'), ("down", 503, b"tidak tersedia")],
)
def test_a_dead_feed_answers_as_it_died(city: City, behaviour: str, status: int, sign: bytes):
    for slug, days in slugs_that(city, behaviour):
        dead = city.content(slug, city.now)
        assert dead.status == status
        assert sign in dead.body
        assert dead.etag == ""
        alive = city.content(slug, city.now - timedelta(days=days + 1))
        assert alive.status == 200
        assert city.header(slug)[0].encode() in alive.body


def test_a_flaky_feed_is_down_at_some_due_instants_and_back_soon_after(city: City):
    for slug, _ in slugs_that(city, "flaky"):
        statuses = [city.content(slug, o.due_at).status for o in due(city, slug)]
        later = [city.content(slug, o.due_at + timedelta(hours=3)).status for o in due(city, slug)]
        assert statuses.count(503) >= 2
        assert set(later) == {200}


def test_a_blank_answer_holds_no_row_for_some_hours_and_all_of_them_before_and_after(city: City):
    for slug, _ in slugs_that(city, "blank"):
        n_rows = [
            [len(city.rows(slug, o.due_at + hours * timedelta(hours=1))) for hours in (-3, 0, 3)]
            for o in due(city, slug)
        ]
        blank = [n for n in n_rows if n[1] == 0]
        assert len(blank) >= 2
        assert all(before == after > 0 for before, _, after in n_rows)


def test_an_untidy_file_holds_one_mistake_of_each_kind_in_its_newest_rows(city: City):
    for slug, _ in slugs_that(city, "untidy"):
        header, *shown, total = table(city, slug, city.now)
        on, number, amount = (
            header.index(name) for name in ("tanggal", "no_kejadian", "kerugian_rp")
        )
        in_words = [row for row in shown if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", row[on])]
        assert [shown.index(row) for row in in_words] == [len(shown) - 3]
        assert shown[-1][number] == shown[-2][number]
        assert shown[-1] != shown[-2]
        small = [row for row in shown if int(row[amount]) < 1_000_000]
        assert [shown.index(row) for row in small] == [len(shown) - 4]
        assert total[on] == "Jumlah"
        assert int(total[amount]) == sum(int(row[amount]) for row in shown)
        before = table(city, slug, city.releases(slug, city.start_at, city.now)[-2])
        assert not any("Jumlah" in row for row in before)


def test_every_file_keeps_to_its_schema_but_the_untidy_one(city: City, tmp_path: Path):
    untidy = {slug for slug, _ in slugs_that(city, "untidy")}
    schemas = {path.stem: json.loads(path.read_text()) for path in (FOLDER / "schemas").iterdir()}
    judged = {}
    for slug, schema in schemas.items():
        if city.promised(slug).kind in ("http_file", "upload"):
            path = tmp_path / f"{slug}.csv"
            path.write_bytes(city.content(slug, city.now).body)
            judged[slug] = validate(path, schema)
    assert len(judged) >= 9
    assert {slug for slug, report in judged.items() if not report.valid} == untidy
    found = judged["kejadian-kebakaran"].counts
    assert set(found) >= {"type-error", "constraint-error", "unique-error", "primary-key"}


def test_a_nil_period_is_declared_and_never_in_the_file(city: City):
    for slug, _ in slugs_that(city, "nihil"):
        declared = city.declarations(slug, city.start_at, city.now)
        assert len(declared) >= 4
        present = {(r[0], r[1]) for r in table(city, slug, city.now)[1:]}
        for event in declared:
            assert event.period is not None
            start = event.period.start
            assert (str(start.year), str(start.month)) not in present


def test_a_correction_changes_one_older_figure(city: City):
    for slug, _ in slugs_that(city, "corrected"):
        corrected = [e.at for e in city.story(slug).events if e.act is Act.CORRECT]
        at = [a for a in corrected if a <= city.now][-1]
        old = table(city, slug, at - timedelta(seconds=1))
        new = table(city, slug, at)
        differing = [i for i, row in enumerate(old) if row != new[i]]
        assert len(differing) == 1
        assert len(new) > len(old)


def test_each_hand_writes_as_offices_do(today: City):
    for slug, _ in slugs_that(today, "semicolon"):
        body = today.content(slug, NOW).body
        assert body.startswith(b"\xef\xbb\xbftahun;")
        assert b"\r\n" in body
        assert any("," in cell for line in body.decode().splitlines() for cell in line.split(";"))
    for slug, _ in slugs_that(today, "totals"):
        assert table(today, slug, NOW)[-1][0] == "Jumlah"
    for slug, _ in slugs_that(today, "titled"):
        if today.promised(slug).extension == "csv":
            first, second, blank, header = table(today, slug, NOW)[:4]
            assert first[0] == today.promised(slug).title.upper().replace(",", "")
            assert second[0].startswith("KOTA SUKAMAJU")
            assert not any(blank)
            assert header[0] == "tahun"
    wrapped = json.loads(today.content("izin-terbit", NOW).body)
    assert isinstance(wrapped["data"]["data"][0]["no_permohonan"], str)
    regulations = json.loads(today.content("produk-hukum", NOW).body)
    assert {"idData", "jenis", "judul", "urlDownload"} <= set(regulations[0])
    assert all(isinstance(value, str) for value in regulations[0].values())
    plain = json.loads(today.content("kualitas-air-sungai", NOW).body)
    assert isinstance(plain[0]["nilai"], float)


def test_a_workbook_opens_in_a_reader_with_its_title_above_the_header(today: City):
    for slug, _ in slugs_that(today, "xlsx"):
        book = CalamineWorkbook.from_filelike(BytesIO(today.content(slug, NOW).body))
        rows = book.get_sheet_by_index(0).to_python()
        header = next(i for i, row in enumerate(rows) if row[0] == "tahun")
        assert header == (3 if slug == "kepala-keluarga-desa" else 0)
        assert rows[-1][0] == 2026
        assert isinstance(rows[-1][-1], float)


def test_figures_add_up_and_stay_plausible(today: City):
    header, *rows = table(today, "permohonan-informasi", NOW)
    masuk, dikabulkan, ditolak = (header.index(n) for n in ("masuk", "dikabulkan", "ditolak"))
    assert all(int(r[masuk]) == int(r[dikabulkan]) + int(r[ditolak]) for r in rows)
    for slug in ("imunisasi-dasar-lengkap", "ketersediaan-obat", "tingkat-hunian-hotel"):
        text = today.content(slug, NOW).body.decode("utf-8-sig").replace(";", ",")
        name = "tpk" if slug == "tingkat-hunian-hotel" else "persen"
        assert name in text.splitlines()[0]
    header, *rows = table(today, "ketersediaan-obat", NOW)
    assert all(0 <= float(r[header.index("persen")]) <= 100 for r in rows)


def test_the_feeds_of_a_demo_left_open_go_on_after_now(today: City):
    ahead = today.releases("dbd-puskesmas", NOW, NOW + timedelta(days=60))
    assert len(ahead) >= 7
    assert today.releases("layanan-kecamatan-jayamukti", NOW, NOW + timedelta(days=60)) == ()
