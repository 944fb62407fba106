"""Files that somebody made to do harm: one clear sentence, and the server as it was."""

import io
import json
import struct
import threading
import zipfile
import zlib
from collections import Counter

import pytest
from PIL import Image

from atlassian.attachments import sandbox
from atlassian.attachments.download import memory_file
from atlassian.attachments.errors import AttachmentsBusy, AttachmentUnreadable
from atlassian.attachments.extraction import child
from atlassian.attachments.extraction.outcome import MAX_WRITTEN_CHARS
from tests.atlassian.attachments import files
from tests.atlassian.attachments.reading import read

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def document(body: str) -> bytes:
    return files.zipped(word__document___xml=f"<w:document {W}><w:body>{body}</w:body></w:document>")


def png_of(width: int, height: int) -> bytes:
    """A picture that says that it has so many pixels, and has none."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def nested_zip() -> bytes:
    data = b"0" * 1_000_000
    for depth in range(6):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(4):
                archive.writestr(f"{depth}-{number}.zip", data)
        data = buffer.getvalue()
    return data


def lying_zip() -> bytes:
    """Its headers say that the part is small."""
    data = document("a" * 80_000_000)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.infolist()[0].file_size
    return data.replace(struct.pack("<I", size), struct.pack("<I", 1000))


def pdf_with_stream(data: bytes) -> bytes:
    stream = zlib.compress(data, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    return out + head + table + b"trailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % len(out)


LAUGHS = "<!DOCTYPE d [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9)
) + "]>"  # fmt: skip
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'

BOMBS = {
    "word, 120 MB of text": ("a.docx", lambda: document("<w:p>" * 100 + "a" * 120_000_000)),
    "word, a part bigger than it says": ("a.docx", lying_zip),
    "word, entities": ("a.docx", lambda: files.zipped(word__document___xml=f"{LAUGHS}<d>&j;</d>")),
    "word, an entity from outside": ("a.docx", lambda: files.zipped(word__document___xml=f"{OUTSIDE}<d>&a;</d>")),
    "word, nested without end": ("a.docx", lambda: document("<w:sdt>" * 200_000)),
    "word, tables in tables": ("a.docx", lambda: document("<w:tbl><w:tr><w:tc>" * 100_000)),
    "archive of a hundred thousand files": ("a.zip", lambda: files.zipped(**{f"f{n}": "" for n in range(20_000)})),
    "pdf, 300 MB in one stream": ("a.pdf", lambda: pdf_with_stream(b"(a) Tj " * 45_000_000)),
    "gzip, 300 MB": ("a.log.gz", lambda: zlib.compress(b"a" * 300_000_000, wbits=31)),
    "picture, 900 megapixels": ("a.png", lambda: png_of(30_000, 30_000)),
    "picture, a side of two thousand million": ("a.png", lambda: png_of(2**31 - 1, 2)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_not_opened(bomb):
    name, make = BOMBS[bomb]

    with pytest.raises(AttachmentUnreadable) as refused:
        read(name, make())

    sentence = str(refused.value.detail)
    assert sentence.endswith(".")
    assert "/etc" not in sentence


def test_an_archive_within_an_archive_is_a_name_in_a_list():
    assert "5-0.zip" in read("a.zip", nested_zip()).text


def test_a_sheet_with_a_million_columns_costs_its_cells_alone():
    import openpyxl

    book = openpyxl.Workbook()
    book.active["XFD1048576"] = "far away"
    book.active["A1"] = "near"

    assert read("a.xlsx", files.saved(book.save)).text == "## Sheet Sheet\n\n| near | |\n|---|---|\n| | far away |"


@pytest.mark.parametrize(
    "rows",
    [
        files.row_of("a", 99_999_999, 99_999_999),
        files.row_of("a", 1, 99_999_999),
        files.row_of("a" * 100_000, 9_999, 9_999),
    ],
)
def test_repeated_cells_and_rows_of_an_open_document_end_early_and_that_is_said(rows):
    extracted = read("a.ods", files.sheet_of(rows))

    assert "| a" in extracted.text
    assert len(extracted.text) <= MAX_WRITTEN_CHARS
    assert extracted.notes == [("cut", "")]


def test_an_open_sheet_that_is_too_long_shows_what_was_read_of_it():
    extracted = read("a.ods", files.sheet_of("".join(files.row_of(f"a{n}", 2, 1) for n in range(60_000))))

    assert extracted.text.startswith("## Sheet x\n\n| a0 | a0 |\n|---|---|\n| a1 | a1 |\n")
    assert extracted.notes == [("cut", "")]


def test_more_text_than_is_read_ends_early_and_says_so():
    extracted = read("a.txt", b"line of text\n" * 400_000)

    assert len(extracted.text) < 2_100_000
    assert extracted.notes == [("cut", "")]


def wide_sheet() -> bytes:
    """One row of sixty cells, and fifty thousand of one."""
    cells = "".join(f"<c><v>{n}</v></c>" for n in range(60))
    rows = "".join(f'<row><c r="A{n}"><v>2</v></c></row>' for n in range(2, 50_000))
    sheet = f"<worksheet><sheetData><row>{cells}</row>{rows}</sheetData></worksheet>"
    book = (
        '<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="Wide" sheetId="1" r:id="r1"/></sheets></workbook>'
    )
    relations = '<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/></Relationships>'
    return files.zipped(**{"xl/workbook.xml": book, "xl/_rels/workbook.xml.rels": relations, "xl/s.xml": sheet})


def test_a_sheet_that_is_mostly_marks_ends_early_and_says_so():
    extracted = read("wide.xlsx", wide_sheet())

    assert len(extracted.text) <= MAX_WRITTEN_CHARS
    assert extracted.notes == [("cut", "")]


def slide(text: str) -> dict[str, str]:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    names = f'<p:presentation xmlns:p="p" xmlns:r="{relation}"><p:sldId r:id="r1"/></p:presentation>'
    parts = '<Relationships><Relationship Id="r1" Type="x/slide" Target="s.xml"/></Relationships>'
    body = f'<p:sld xmlns:p="p" xmlns:a="a">{text}</p:sld>'
    return {"ppt/presentation.xml": names, "ppt/_rels/presentation.xml.rels": parts, "ppt/s.xml": body}


def long_mail() -> bytes:
    return b"Subject: long\nFrom: ada@lantern.example\n\n" + b"line of text\n\n" * 250_000


def mail_within_mail(depth: int) -> bytes:
    head = b"Subject: within\nFrom: ada@lantern.example\nContent-Type: message/rfc822\n\n"
    return head * depth + b"Subject: inmost\n\nText"


def mail_of_parts(count: int) -> bytes:
    head = b'Subject: parts\nFrom: ada@lantern.example\nContent-Type: multipart/mixed; boundary="b"\n\n'
    return head + b"--b\nContent-Type: text/plain\n\none\n" * count + b"--b--\n"


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        (
            "one.pptx",
            files.zipped(**slide("".join(f"<a:p><a:t>word {n}</a:t></a:p>" for n in range(250_000)))),
            "slide 1 of 1",
        ),
        ("long.eml", long_mail(), ""),
        ("deep.eml", mail_within_mail(5), ""),
        ("parts.eml", mail_of_parts(300), ""),
        ("deep.html", b"<p>before</p>" + b"<div>" * 300 + b"after", ""),
    ],
    ids=["a slide", "a mail", "mails within mails", "a mail of many parts", "a page nested deeply"],
)
def test_what_is_left_out_at_the_end_of_a_file_is_said(name, data, where):
    assert read(name, data).notes == [("cut", where)]


@pytest.mark.parametrize("sign", ["비", "😀"])
def test_two_million_characters_of_any_script_are_read(sign):
    assert read("a.txt", (sign * 99 + "\n").encode() * 21_000).notes == [("cut", "")]


def test_a_page_nested_a_hundred_thousand_deep_ends_its_reader_and_nothing_else():
    with pytest.raises(AttachmentUnreadable, match="more time or memory"):
        read("a.html", b"<html>" + b"<div>" * 100_000 + b"end")


def test_what_ends_a_reader_is_logged_by_its_kind_alone(caplog):
    with pytest.raises(AttachmentUnreadable):
        read("plan.docx", document("<w:p>secret words</w:q>"))

    assert [record.getMessage() for record in caplog.records] == ["a file ended its reader by ExpatError"]


def test_a_file_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(sandbox, "_PROGRAM", "import time; time.sleep(60)")

    with pytest.raises(AttachmentUnreadable, match="more time or memory"):
        read_for("a.txt", b"text", seconds=0.3)


def test_a_file_that_says_too_much_is_ended(monkeypatch):
    monkeypatch.setattr(child, "MAX_OUTPUT_BYTES", 1000)

    with pytest.raises(AttachmentUnreadable, match="more time or memory"):
        read("a.txt", b"line\n" * 1000)


NO_ANSWERS = ["", "not json\n", "[]\n", "{}\n", '{"reason": "invented"}\n', '{"notes": [1], "text": 2}\n']


@pytest.mark.parametrize("said", NO_ANSWERS)
def test_what_is_no_answer_of_ours_is_not_believed(monkeypatch, said):
    monkeypatch.setattr(sandbox, "_PROGRAM", f"print({said!r}, end='')")

    with pytest.raises(AttachmentUnreadable):
        read("a.txt", b"text")


def test_the_process_has_no_environment_no_network_and_starts_nothing(monkeypatch, tmp_path):
    """What a file that got hold of its reader would try."""
    program = sandbox._PROGRAM.replace(
        "from atlassian.attachments.extraction.child import main; main()",
        f"""
import json, os, resource
from atlassian.attachments.extraction import child
from atlassian.attachments.extraction.outcome import MAX_WRITTEN_CHARS
given = json.loads(sys.stdin.buffer.readline())
child._limit(given["memory"])
sys.addaudithook(child._refuse)
def tried(what):
    try:
        what()
        return "done"
    except Exception as exc:
        return type(exc).__name__
import socket, subprocess
found = {{
    "environment": sorted(os.environ),
    "connection": tried(lambda: socket.create_connection(("127.0.0.1", 9))),
    "program": tried(lambda: subprocess.run(["true"])),
    "shell": tried(lambda: os.system("true")),
    "fork": tried(os.fork),
    "write": tried(lambda: open({str(tmp_path / "was-here")!r}, "w")),
    "memory": tried(lambda: bytearray({sandbox.TEXT_MEMORY * 2})),
    "modules": sorted(name for name in sys.modules if name.startswith(("django", "integrations", "config"))),
    "limits": [resource.getrlimit(limit)[1] for limit in (resource.RLIMIT_CPU, resource.RLIMIT_FSIZE)],
}}
os.write(1, json.dumps({{"kind": "", "text": json.dumps(found), "notes": []}}).encode() + b"\\n")
""",
    )
    monkeypatch.setattr(sandbox, "_PROGRAM", program)
    monkeypatch.setenv("SECRET_KEY", "must-not-be-seen")

    found = json.loads(read("a.txt", b"text", pictures=False).text)

    assert found == {
        "environment": ["LC_ALL"],
        "connection": "PermissionError",
        "program": "PermissionError",
        "shell": "PermissionError",
        "fork": "PermissionError",
        "write": "PermissionError",
        "memory": "MemoryError",
        "modules": [],
        "limits": [child.CPU_SECONDS, 0],
    }


@pytest.mark.parametrize("call", ["socket.socket()", "os.execv('/bin/true', ['true'])"])
def test_the_kernel_refuses_what_no_hook_of_python_sees(monkeypatch, call):
    program = sandbox._PROGRAM.replace(
        "from atlassian.attachments.extraction.child import main; main()",
        f"""
import json, os, socket
from atlassian.attachments.extraction.confinement import forbid_calls
assert forbid_calls()
try:
    {call}
except PermissionError as exc:
    os.write(1, json.dumps({{"kind": "", "text": exc.strerror, "notes": []}}).encode() + b"\\n")
""",
    )
    monkeypatch.setattr(sandbox, "_PROGRAM", program)

    assert read("a.txt", b"text").text == "Operation not permitted"


def read_for(name: str, data: bytes, *, seconds: float, workspace: str = "acme"):
    with memory_file() as file:
        file.write(data)
        file.flush()
        return sandbox.extract(file, name, pictures=True, workspace=workspace, seconds=seconds)


@pytest.fixture
def held(monkeypatch):
    """Files whose reading does not end before the test says so."""
    go, running = threading.Event(), threading.Semaphore(0)

    def run(given, seconds):
        running.release()
        go.wait(30)
        return b'{"kind": "text", "text": "x", "notes": []}\n'

    monkeypatch.setattr(sandbox, "_run", run)
    monkeypatch.setattr(sandbox, "SLOT_WAIT_SECONDS", 0.05)
    threads = []

    def start(workspace: str) -> None:
        thread = threading.Thread(target=lambda: read_for("a.txt", b"x", seconds=5, workspace=workspace))
        thread.start()
        threads.append(thread)
        assert running.acquire(timeout=30)

    yield start
    go.set()
    for thread in threads:
        thread.join()
    assert sandbox._slots.by_workspace == Counter()


def test_one_workspace_reads_two_files_at_once_and_leaves_room_for_the_others(held):
    held("acme")
    held("acme")

    with pytest.raises(AttachmentsBusy):
        read_for("a.txt", b"x", seconds=5, workspace="acme")
    held("globex")


def test_all_together_read_four_files_at_once(held):
    for workspace in ("acme", "acme", "globex", "initech"):
        held(workspace)

    with pytest.raises(AttachmentsBusy):
        read_for("a.txt", b"x", seconds=5, workspace="umbrella")


def test_pictures_that_move_show_how_they_begin():
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "blue")]
    data = files.saved(lambda buffer: frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:]))

    assert ("first_frame", "") in read("a.gif", data).notes
