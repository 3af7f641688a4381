"""A small real DNS server on loopback: answers TXT questions from a table, over UDP."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset


@contextmanager
def dns_server(records: Mapping[str, bytes]) -> Iterator[str]:
    """Serves while the block runs; gives `address:port`. A name that is not in the table is NXDOMAIN."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        host, port = wire.getsockname()

        def serve() -> None:
            while True:
                packet, peer = wire.recvfrom(4096)
                if packet == b"end":
                    return
                wire.sendto(_answer(packet, records), peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"{host}:{port}"
        finally:
            wire.sendto(b"end", (host, port))
            thread.join()


def _answer(packet: bytes, records: Mapping[str, bytes]) -> bytes:
    question = dns.message.from_wire(packet)
    answer = dns.message.make_response(question)
    answer.flags |= dns.flags.RA
    name = question.question[0].name
    record = records.get(name.to_text(omit_final_dot=True))
    if record is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    else:
        parts = " ".join(f'"{record[at : at + 200].decode()}"' for at in range(0, len(record), 200))
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", dns.rdatatype.TXT, parts))
    return answer.to_wire()
