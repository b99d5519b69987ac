"""The sample feeds answer over real HTTP what the city holds at their own clock."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path

import pytest
import requests

from sample_data.city import City
from sample_data.feeds import Feeds, FeedServer, FeedsUnavailable

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feeds]:
    with Feeds(NOW, tmp_path_factory.mktemp("applications")) as running:
        yield running


@pytest.fixture(scope="module")
def city() -> City:
    return City(NOW)


def test_a_feed_serves_what_the_city_holds_at_the_clock(feeds: Feeds, city: City):
    for at in (NOW - timedelta(days=300), NOW):
        feeds.set_clock(at)
        for slug in ("produksi-susu", "kepala-keluarga-desa", "produk-hukum"):
            extension = city.promised(slug).extension
            answer = requests.get(f"{feeds.address}/{slug}.{extension}", timeout=5)
            expected = city.content(slug, at)
            assert answer.content == expected.body
            assert answer.headers["ETag"] == expected.etag
            assert answer.headers["Content-Type"] == expected.media_type
            assert parsedate_to_datetime(answer.headers["Last-Modified"]) <= at


def test_unchanged_content_is_answered_with_304_by_etag_and_by_date(feeds: Feeds, city: City):
    feeds.set_clock(NOW)
    address = f"{feeds.address}/produksi-susu.csv"
    first = requests.get(address, timeout=5)
    by_tag = requests.get(address, headers={"If-None-Match": first.headers["ETag"]}, timeout=5)
    by_date = requests.get(
        address, headers={"If-Modified-Since": first.headers["Last-Modified"]}, timeout=5
    )
    assert (by_tag.status_code, by_date.status_code) == (304, 304)
    assert by_tag.content == b""
    release = city.releases("produksi-susu", NOW, NOW + timedelta(days=60))[0]
    feeds.set_clock(release)
    changed = requests.get(address, headers={"If-None-Match": first.headers["ETag"]}, timeout=5)
    assert changed.status_code == 200
    assert changed.content != first.content


def test_missing_dead_and_locked_feeds_answer_without_validators(feeds: Feeds):
    feeds.set_clock(NOW)
    expected = {"kawasan-kumuh": 404, "ormas-terdaftar": 503, "tera-ulang": 200, "tidak-ada": 404}
    for slug, status in expected.items():
        answer = requests.get(
            f"{feeds.address}/{slug}.csv", headers={"If-None-Match": '"x"'}, timeout=5
        )
        assert answer.status_code == status, slug
        assert "ETag" not in answer.headers
    assert 'type="password"' in requests.get(f"{feeds.address}/tera-ulang.csv", timeout=5).text


def test_a_running_clock_goes_on_and_a_frozen_one_stands_still(feeds: Feeds):
    clock = f"http://{feeds.host}/clock"
    feeds.set_clock(NOW)
    assert datetime.fromisoformat(requests.get(clock, timeout=5).text) == NOW
    feeds.set_clock(NOW, running=True)
    first = datetime.fromisoformat(requests.get(clock, timeout=5).text)
    second = datetime.fromisoformat(requests.get(clock, timeout=5).text)
    assert NOW < first < second < NOW + timedelta(minutes=1)


@pytest.mark.parametrize(
    "body",
    ["", "[]", '{"at": "kemarin"}', '{"at": 5}', "{", f'{{"at": "{NOW.isoformat()}", "only": 5}}'],
)
def test_an_order_that_is_no_instant_is_refused(feeds: Feeds, body: str):
    answer = requests.post(f"http://{feeds.host}/clock", data=body, timeout=5)
    assert answer.status_code == 400
    assert "expected" in answer.text


def test_one_connection_serves_many_requests_without_pauses(feeds: Feeds):
    feeds.set_clock(NOW)
    connection = HTTPConnection("127.0.0.1", feeds.port, timeout=5)
    began = datetime.now(UTC)
    for _ in range(200):
        connection.request("GET", "/feeds/produksi-susu.csv")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200
    # 40 ms each would be a head and a body that wait for one another's acknowledgement.
    assert (datetime.now(UTC) - began).total_seconds() < 200 * 0.020
    connection.request("HEAD", "/feeds/produksi-susu.csv")
    head = connection.getresponse()
    assert int(head.headers["Content-Length"]) > 0
    assert head.read() == b""
    connection.close()


def test_feeds_that_are_gone_are_said_to_be_gone(tmp_path: Path):
    running = Feeds(NOW, tmp_path)
    running.close()
    with pytest.raises(FeedsUnavailable, match="are gone"):
        running.set_clock(NOW)


def test_a_port_that_is_taken_is_a_clear_error(
    feeds: Feeds, capfd: pytest.CaptureFixture[str], tmp_path: Path
):
    with pytest.raises(FeedsUnavailable, match=f"port {feeds.port}"):
        Feeds(NOW, tmp_path, port=feeds.port)
    assert "Address already in use" in capfd.readouterr().err


def test_other_orders_than_the_clock_are_refused(city: City, tmp_path: Path):
    server = FeedServer(city, 0, tmp_path)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    answer = requests.post(f"{address}/feeds/produksi-susu.csv", data=b"{}", timeout=5)
    assert answer.status_code == 404
    order = json.dumps({"at": NOW.isoformat()})
    assert requests.post(f"{address}/clock", data=order, timeout=5).status_code == 200
    server.shutdown()
    server.server_close()
