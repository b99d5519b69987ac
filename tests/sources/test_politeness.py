"""How many requests a host gets at once, and how long it is left in peace."""

import threading

from checks.sources.politeness import Politeness


def test_a_host_is_asked_as_often_at_once_as_is_allowed_and_no_more() -> None:
    for at_once in (1, 2):
        politeness = Politeness(0.0, at_once=at_once)
        inside = threading.Barrier(at_once + 1, timeout=20)
        leave = threading.Event()
        n_inside, lock = 0, threading.Lock()

        def ask(
            turns: Politeness = politeness,
            arrived: threading.Barrier = inside,
            end: threading.Event = leave,
            guard: threading.Lock = lock,
        ) -> None:
            nonlocal n_inside
            with turns.turn("a.example:80"):
                with guard:
                    n_inside += 1
                if not end.is_set():
                    arrived.wait()
                    end.wait(20)

        threads = [threading.Thread(target=ask) for _ in range(at_once + 2)]
        for thread in threads:
            thread.start()
        inside.wait()
        assert n_inside == at_once
        leave.set()
        for thread in threads:
            thread.join()
        assert n_inside == at_once + 2


def test_the_pause_counts_from_the_end_of_a_request_and_spares_exempt_hosts() -> None:
    politeness = Politeness(600.0, frozenset({"own.example:80"}))
    for host in ("a.example:80", "own.example:80"):
        with politeness.turn(host):
            assert politeness.seconds_until_free(host) == 0.0
    assert 500 < politeness.seconds_until_free("a.example:80") <= 600
    assert politeness.seconds_until_free("own.example:80") == 0.0
