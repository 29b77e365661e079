from __future__ import annotations

import pytest
from sample_receipts import design_receipt_en, design_receipt_ru, everything

from drivers.printer.document import MAX_BLOCKS, MAX_BYTES, DocumentFault, decode_document, encode_document
from drivers.shapes import Document, Feed, Text


@pytest.mark.parametrize("document", [design_receipt_ru(), design_receipt_en(), everything(), Document(())])
def test_a_document_comes_back_as_it_was(document: Document) -> None:
    assert decode_document(encode_document(document)) == document


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"blocks":[{"block":"kick"}]}',
        b'{"blocks":[{"block":"raw","text":"x"}]}',
        b'{"blocks":[{"block":"feed","lines":21}]}',
        b'{"blocks":[{"block":"feed","lines":0}]}',
        b'{"blocks":[{"block":"qr","data":"x","module_dots":3}]}',
        b'{"blocks":[{"block":"text","text":"x","bytes":"G0A="}]}',
        b'{"blocks":[],"lang":"de"}',
        b'{"blocks":' + b"[" * 5000,
        b" " * (MAX_BYTES + 1),
        b'{"blocks":[' + b",".join([b'{"block":"cut"}'] * (MAX_BLOCKS + 1)) + b"]}",
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(DocumentFault) as caught:
        decode_document(data)
    assert caught.value.reason


@pytest.mark.parametrize(
    "document",
    [Document((Text("\ud800"),)), Document((Feed(),) * (MAX_BLOCKS + 1)), Document((Text("x" * MAX_BYTES),))],
)
def test_what_could_not_be_read_back_is_not_written(document: Document) -> None:
    with pytest.raises(DocumentFault):
        encode_document(document)
