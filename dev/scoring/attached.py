"""Attached files, made with the libraries that people use for it, and how much of their text is read."""

import csv
import email.message
import io
import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import docx
import openpyxl
import pptx
from fpdf import FPDF
from odf.opendocument import OpenDocumentSpreadsheet, OpenDocumentText
from odf.table import Table, TableCell, TableRow
from odf.text import H, List, ListItem, P

from atlassian.attachments.sandbox import extract

VOCABULARY = """
gate turnstile queue museum opening hours cache timeout guard ticket visitor maritime morning runbook 41s 12.5 GATE-7
e-mail C++ a*b under_score [x] <tag> & 100% Öffnung Schlange déjà contraseña naïve очередь двери 게이트 대기열 開門 时间
"""
WORDS = VOCABULARY.split()
LATIN = [word for word in WORDS if word.isascii()]
PARAGRAPHS, ROWS, COLUMNS = 12, 8, 4
RECALL = 0.995

Texts = list[list[str]]  # paragraphs of words
Rows = list[list[str]]


def docx_file(texts: Texts, rows: Rows) -> bytes:
    document = docx.Document()
    document.add_heading(" ".join(texts[0]), 1)
    for number, words in enumerate(texts[1:]):
        style = (None, "List Bullet", "List Number", "Heading 2", "Quote")[number % 5]
        document.add_paragraph(" ".join(words), style=style)
    table = document.add_table(len(rows), len(rows[0]))
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    return _saved(document.save)


def xlsx_file(texts: Texts, rows: Rows) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    notes = book.create_sheet("Notes")
    for words in texts:
        notes.append([" ".join(words)])
    return _saved(book.save)


def pptx_file(texts: Texts, rows: Rows) -> bytes:
    slides = pptx.Presentation()
    for title, body in zip(texts[::2], texts[1::2], strict=False):
        slide = slides.slides.add_slide(slides.slide_layouts[1])
        slide.shapes.title.text, slide.placeholders[1].text = " ".join(title), " ".join(body)
    table = slide.shapes.add_table(len(rows), len(rows[0]), 0, 0, 100, 100).table
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
    return _saved(slides.save)


def odt_file(texts: Texts, rows: Rows) -> bytes:
    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text=" ".join(texts[0])))
    points = List()
    for number, words in enumerate(texts[1:]):
        paragraph = P(text=" ".join(words))
        if number % 3:
            document.text.addElement(paragraph)
        else:
            item = ListItem()
            item.addElement(paragraph)
            points.addElement(item)
    document.text.addElement(points)
    document.text.addElement(odf_table(rows))
    return _saved(document.write)


def ods_file(texts: Texts, rows: Rows) -> bytes:
    document = OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(odf_table([*rows, *([" ".join(words)] for words in texts)]))
    return _saved(document.write)


def pdf_file(texts: Texts, rows: Rows) -> bytes:
    document = FPDF()
    document.set_font("Helvetica", size=11)
    document.add_page()
    for words in texts:
        document.multi_cell(0, 6, " ".join(words), new_x="LMARGIN", new_y="NEXT")
    with document.table() as table:
        for row in rows:
            table.row(row)
    return bytes(document.output())


def eml_file(texts: Texts, rows: Rows) -> bytes:
    message = email.message.EmailMessage()
    message["Subject"], message["From"], message["To"] = " ".join(texts[0]), "a@lantern.example", "b@lantern.example"
    message.set_content("\n\n".join(" ".join(words) for words in [*texts[1:], *rows]))
    return message.as_bytes()


def csv_file(texts: Texts, rows: Rows) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([*rows, *([" ".join(words), *"123"] for words in texts)])
    return out.getvalue().encode()


def txt_file(texts: Texts, rows: Rows) -> bytes:
    return "\n".join(" ".join(words) for words in [*texts, *rows]).encode("utf-16")


MAKERS: dict[str, tuple[Callable[[Texts, Rows], bytes], list[str]]] = {
    "docx": (docx_file, WORDS),
    "xlsx": (xlsx_file, WORDS),
    "pptx": (pptx_file, WORDS),
    "odt": (odt_file, WORDS),
    "ods": (ods_file, WORDS),
    "pdf": (pdf_file, LATIN),  # the fonts that every PDF has are Latin
    "eml": (eml_file, WORDS),
    "csv": (csv_file, WORDS),
    "txt": (txt_file, WORDS),
}


def scored(documents: int) -> Iterator[tuple[str, int, float, int]]:
    """(kind, documents, recall of words, bytes) for each kind of file."""
    for kind, (make, words) in MAKERS.items():
        wanted, found, size = 0, 0, 0
        for seed in range(documents):
            texts, rows = _content(random.Random(f"{kind} {seed}"), words)
            data = make(texts, rows)
            expected = Counter(word for line in [*texts, *rows] for word in line)
            seen = Counter(_words(_read(f"file.{kind}", data)))
            wanted += expected.total()
            found += sum(min(count, seen[word]) for word, count in expected.items())
            size += len(data)
        yield kind, documents, found / wanted, size


def _read(name: str, data: bytes) -> str:
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return extract(file, name, pictures=False, workspace="score").text


def _content(dice: random.Random, words: list[str]) -> tuple[Texts, Rows]:
    texts = [[dice.choice(words) for _ in range(dice.randint(3, 14))] for _ in range(PARAGRAPHS)]
    return texts, [[dice.choice(words) for _ in range(COLUMNS)] for _ in range(ROWS)]


def _words(markdown: str) -> Iterable[str]:
    """Without the backslashes with which Markdown keeps signs from meaning something."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace("<br>", " ").split()


def odf_table(rows: Rows) -> Table:
    table = Table(name="Waits")
    for row in rows:
        line = TableRow()
        for text in row:
            cell = TableCell()
            cell.addElement(P(text=text))
            line.addElement(cell)
        table.addElement(line)
    return table


def _saved(save: Callable[[Any], Any]) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()
