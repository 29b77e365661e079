"""A receipt's document as bytes: what the spool's rows and `kopilka receipt render` hold."""

from __future__ import annotations

import msgspec

from drivers.shapes import Document

MAX_BYTES = 256 * 1024
MAX_BLOCKS = 500


class DocumentFault(ValueError):
    """The bytes are no document; `reason` says why, in the words of the check that failed."""

    def __init__(self, reason: str) -> None:
        """Keep the reason as a field."""
        super().__init__(reason)
        self.reason = reason


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Document)


def encode_document(document: Document) -> bytes:
    """Canonical JSON of a document. Raises DocumentFault over the limits or on text that is no Unicode."""
    if len(document.blocks) > MAX_BLOCKS:
        raise DocumentFault(f"{len(document.blocks)} blocks, at most {MAX_BLOCKS}")
    try:
        data = _encoder.encode(document)
    except UnicodeEncodeError as fault:
        raise DocumentFault(f"text is not Unicode: {fault.reason}") from fault
    if len(data) > MAX_BYTES:
        raise DocumentFault(f"{len(data)} bytes, at most {MAX_BYTES}")
    return data


def decode_document(data: bytes) -> Document:
    """Read a document back. Raises DocumentFault for whatever is malformed, unknown or over the limits."""
    if len(data) > MAX_BYTES:
        raise DocumentFault(f"{len(data)} bytes, at most {MAX_BYTES}")
    try:
        document = _decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise DocumentFault(str(fault)) from fault
    if len(document.blocks) > MAX_BLOCKS:
        raise DocumentFault(f"{len(document.blocks)} blocks, at most {MAX_BLOCKS}")
    return document
