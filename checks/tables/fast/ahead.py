"""Work on one item after the other, a few ahead in threads, in order and in bounded memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
# RE2 and polars leave the interpreter's lock while they work.
_N_THREADS = 2


def ahead(
    function: Callable[[Item], Result], items: Iterable[Item]
) -> Generator[tuple[Item, Result], None, None]:
    """Yield every item with what the function returns of it."""
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(_N_THREADS) as pool:
        for item in items:
            waiting.append((item, pool.submit(function, item)))
            if len(waiting) > _N_THREADS:
                first, result = waiting.popleft()
                yield first, result.result()
        while waiting:
            first, result = waiting.popleft()
            yield first, result.result()
