"""Changes by chance to a file: in its zip, in its XML, in its bytes. A seed of `random.Random` repeats them.

Failure policy: never raises for a file that is valid; a part that cannot be changed in its own way is changed by bytes.
"""

import copy
import io
import random
import re
import warnings
import zipfile

from lxml import etree

Parts = list[tuple[str, bytes, int]]

_NUMBERS = (
    *("0", "-1", "1", "00", "255", "65535", "65536", "1048576", "1048577", "2147483647", "2147483648", "-2147483649"),
    *("4294967295", "99999999999999999999", "1e308", "1e400", "-1e400", "NaN", "INF", "0.1.2", "", " ", "１２", "²"),
    *("XFD1048576", "A0", "XFE1", "A1:XFD1048576", "B2:A1", "A" * 300, "\u202e", "_x0000_", "_xD800_", "true", "#REF!"),
    *("=1+1", "../../x", "/", "//h/s", "http://x.test/", "file:///etc/passwd", "r1", "9" * 5_000, "P1Y", "PT99999999H"),
)
_INTEGERS = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)
_ATTRIBUTE = re.compile(rb'(\s[\w:]+)="([^"<]*)"')
_DIGITS = re.compile(rb"(?<=>)[^<]+(?=<)|\d+")
_DTD = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


def mutated(payload: bytes, chance: random.Random) -> bytes:
    """The file with one to four changes."""
    if payload.startswith(b"PK") and chance.random() < 0.9:
        payload = _zip_changed(payload, chance)
        if chance.random() < 0.9:
            return payload
    for _ in range(chance.randint(1, 4)):
        payload = bytes_changed(payload, chance)
    return payload


def _zip_changed(payload: bytes, chance: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(payload)) as package:
        parts: Parts = [(i.filename, package.read(i), i.compress_type) for i in package.infolist()]
    for _ in range(chance.randint(1, 3)):
        _change_parts(parts, chance)
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w") as package:
        warnings.simplefilter("ignore")  # names that stand twice
        for name, content, method in parts:
            package.writestr(name, content, method)
    return buffer.getvalue()


def _change_parts(parts: Parts, chance: random.Random) -> None:
    if not parts:
        return
    index = chance.randrange(len(parts))
    name, content, method = parts[index]
    how = chance.random()
    if how < 0.05:
        del parts[index]
    elif how < 0.08:
        parts.insert(chance.randrange(len(parts) + 1), parts[index])
    elif how < 0.12:
        other = chance.randrange(len(parts))
        parts[index], parts[other] = (name, parts[other][1], method), (parts[other][0], content, parts[other][2])
    elif how < 0.16:
        parts[index] = (name, content[: chance.randrange(len(content) + 1)], method)
    elif how < 0.19:
        methods = (zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED)
        parts[index] = (name, content, chance.choice(methods))
    elif how < 0.22:
        renamed = (
            name.upper(),
            "/" + name,
            "../" + name,
            name.replace("/", "\\"),
            name + "x",
            "x" * 300,
            "\u202e",
            "a/",
        )
        parts[index] = (chance.choice(renamed), content, method)
    elif content.lstrip()[:1] == b"<":
        parts[index] = (name, xml_changed(content, chance), method)
    else:
        parts[index] = (name, bytes_changed(content, chance), method)


def xml_changed(content: bytes, chance: random.Random) -> bytes:
    """One change to a part that is XML."""
    how = chance.random()
    if how < 0.35 and (found := list(_ATTRIBUTE.finditer(content))):
        one = chance.choice(found)
        return content[: one.start(2)] + _extreme(chance) + content[one.end(2) :]
    if how < 0.5 and (found := list(_DIGITS.finditer(content))):
        one = chance.choice(found)
        return content[: one.start()] + _extreme(chance) + content[one.end() :]
    if how < 0.55 and (found := list(_ATTRIBUTE.finditer(content))):
        one = chance.choice(found)
        return content[: one.start()] + content[one.end() :]
    if how < 0.57:
        return content.replace(b"?>", b"?>" + _DTD, 1)
    if how < 0.6:
        return content.replace(b"UTF-8", chance.choice((b"UTF-16", b"utf-7", b"cp037", b"x")), 1)
    return _tree_changed(content, chance) if how < 0.92 else bytes_changed(content, chance)


def _extreme(chance: random.Random) -> bytes:
    return chance.choice(_NUMBERS).encode("utf-8", "surrogatepass")


def _tree_changed(content: bytes, chance: random.Random) -> bytes:
    try:
        root = etree.fromstring(content)
    except (etree.XMLSyntaxError, ValueError):
        return bytes_changed(content, chance)
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    one, other = chance.choice(elements), chance.choice(elements)
    how = chance.random()
    above = one.getparent()
    if above is None:
        return bytes_changed(content, chance)
    if how < 0.2:
        above.remove(one)
    elif how < 0.4:
        for _ in range(chance.choice((1, 2, 30, 300))):
            above.append(copy.deepcopy(one))
    elif how < 0.6:  # nested in itself
        depth, inner = chance.choice((1, 5, 100, 250, 1_000)), one
        for _ in range(depth):
            deeper = etree.SubElement(inner, one.tag, dict(one.attrib))
            inner = deeper
    elif how < 0.8:
        if one not in other.iterancestors() and one is not other:
            other.insert(chance.randrange(len(other) + 1), one)
    elif how < 0.9:
        one.tag = other.tag
    else:
        one.text = chance.choice(_NUMBERS[:-2]).replace("\x00", "")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def bytes_changed(content: bytes, chance: random.Random) -> bytes:
    """One change to bytes that have no form that we know."""
    if not content:
        return bytes([chance.randrange(256)])
    data = bytearray(content)
    place, how = chance.randrange(len(data)), chance.random()
    size = chance.choice((1, 2, 4, 8, 64, 512))
    if how < 0.2:
        data[place] ^= 1 << chance.randrange(8)
    elif how < 0.5:
        width = chance.choice((1, 2, 4))
        value = chance.choice(_INTEGERS) & (1 << 8 * width) - 1
        data[place : place + width] = value.to_bytes(width, chance.choice(("little", "little", "big")))
    elif how < 0.6:
        del data[place:]
    elif how < 0.7:
        del data[place : place + size]
    elif how < 0.8:
        data[place:place] = data[place : place + size]
    elif how < 0.87:
        data[place:place] = chance.randbytes(size)
    elif found := list(re.finditer(rb"\d+", content)):
        one = chance.choice(found)
        data[one.start() : one.end()] = _extreme(chance)
    return bytes(data)
