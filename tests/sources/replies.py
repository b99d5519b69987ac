"""Answers that servers really give, good and bad, byte by byte."""

import gzip

BODY = b"bulan,nilai\n2025-01,1\n2025-02,2\n"


def reply(status: str = "200 OK", *headers: str, body: bytes = BODY) -> bytes:
    lines = [f"HTTP/1.1 {status}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def sized(body: bytes = BODY, *headers: str, status: str = "200 OK") -> bytes:
    return reply(status, f"Content-Length: {len(body)}", *headers, body=body)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return reply("200 OK", "Transfer-Encoding: chunked", body=body + end)


GOOD = {
    "with its length": sized(),
    "in chunks": chunked(BODY[:5], BODY[5:]),
    "in chunks with extensions and a trailer": chunked(BODY, end=b"0;x=1\r\nX-Sum: abc\r\n\r\n"),
    "gzipped": sized(gzip.compress(BODY), "Content-Encoding: gzip"),
    "gzipped in two members": sized(
        gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]), "Content-Encoding: gzip"
    ),
    "with its length said twice alike": reply(
        "200 OK", f"Content-Length: {len(BODY)}", f"Content-Length: {len(BODY)}"
    ),
}


BROKEN = {
    "cut before its length": reply("200 OK", f"Content-Length: {len(BODY) + 1}"),
    "cut inside a chunk": reply("200 OK", "Transfer-Encoding: chunked", body=b"20\r\nbulan"),
    "cut before the last chunk": chunked(BODY, end=b""),
    "cut inside the trailer": chunked(BODY, end=b"0\r\nX-Sum: a"),
    "a chunk size with a sign": chunked(end=b"+5\r\nbulan\r\n0\r\n\r\n"),
    "a negative chunk size": chunked(end=b"-1\r\n\r\n0\r\n\r\n"),
    "a chunk size with an underscore": chunked(end=b"1_0\r\n0123456789abcdef\r\n0\r\n\r\n"),
    "a chunk that runs over": chunked(end=b"3\r\nbulan\r\n0\r\n\r\n"),
    "longer than its length": reply("200 OK", f"Content-Length: {len(BODY) - 9}"),
    "two lengths that differ": reply("200 OK", "Content-Length: 5", "Content-Length: 32"),
    "a negative length": reply("200 OK", "Content-Length: -32"),
    "a length in letters": reply("200 OK", "Content-Length: abc"),
    "a length with a plus": reply("200 OK", "Content-Length: +32"),
    "a length list": reply("200 OK", "Content-Length: 32, 32"),
    "an endless length": reply("200 OK", "Content-Length: " + "9" * 40),
    "a length and chunks": reply(
        "200 OK", "Content-Length: 5", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "an unknown transfer coding": reply("200 OK", "Transfer-Encoding: gzip, chunked"),
    "gzip cut short": sized(gzip.compress(BODY * 50)[:-9], "Content-Encoding: gzip"),
    "gzip with rubbish behind": sized(gzip.compress(BODY) + b"junk", "Content-Encoding: gzip"),
    "gzip that is none": sized(BODY, "Content-Encoding: gzip"),
    "a coding nobody asked for": sized(BODY, "Content-Encoding: br"),
    "no HTTP at all": b"220 ftp ready\r\n",
    "nothing": b"",
}
