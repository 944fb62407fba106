"""Files as people make them, with the very libraries that people use."""

import datetime
import email.message
import io
import zipfile
from typing import Any

import docx
import openpyxl
import pptx
from fpdf import FPDF
from odf.draw import Page as OdfPage
from odf.opendocument import OpenDocumentPresentation, OpenDocumentSpreadsheet, OpenDocumentText
from odf.style import MasterPage, PageLayout
from odf.text import H, List, ListItem, P

from dev.scoring.attached import odf_table


def word(build: Any) -> bytes:
    document = docx.Document()
    build(document)
    return saved(document.save)


def word_report() -> bytes:
    def build(document: Any) -> None:
        document.add_heading("Turnstile *report*", 0)
        document.add_heading("Findings", 1)
        paragraph = document.add_paragraph("The cache keeps hours for ")
        paragraph.add_run("ten minutes").bold = True
        document.add_paragraph("Push the hours", style="List Bullet")
        document.add_paragraph("per museum", style="List Bullet 2")
        document.add_paragraph("Measure first", style="List Number")
        table = document.add_table(2, 2)
        for place, text in enumerate(("Museum", "Wait", "Maritime | east", "41 s")):
            table.cell(place // 2, place % 2).text = text

    return word(build)


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Queue"
    sheet.append(["day", "share", "open", "note"])
    sheet.append([datetime.datetime(2026, 11, 25), 0.1 + 0.2, True, "opened\nlate"])
    sheet.append([datetime.datetime(2026, 11, 26, 9, 20), 41, False, "비 오는 날"])
    hidden = book.create_sheet("Prices")
    hidden.append(["ticket", 12.5])
    hidden.sheet_state = "hidden"
    return saved(book.save)


def presentation() -> bytes:
    slides = pptx.Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[1])
    slide.shapes.title.text = "Doors in a second"
    slide.placeholders[1].text = "push the hours\nmeasure"
    slide.notes_slide.notes_text_frame.text = "Say how long people waited."
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for place, text in enumerate(("Museum", "Wait", "Maritime", "41 s")):
        table.cell(place // 2, place % 2).text = text
    return saved(slides.save)


def open_text() -> bytes:
    document = OpenDocumentText()
    document.text.addElement(H(outlinelevel=1, text="Turnstile report"))
    document.text.addElement(P(text="Hours are cached."))
    points = List()
    for text in ("push", "measure"):
        item = ListItem()
        item.addElement(P(text=text))
        points.addElement(item)
    document.text.addElement(points)
    document.text.addElement(odf_table([["Museum", "Wait"], ["Maritime", "41 s"]]))
    return saved(document.write)


def open_sheet() -> bytes:
    document = OpenDocumentSpreadsheet()
    document.spreadsheet.addElement(odf_table([["Museum", "Wait"], ["Maritime", "41 s"]]))
    return saved(document.write)


def sheet_of(rows: str) -> bytes:
    """An OpenDocument spreadsheet of rows as they are stored."""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="x">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    return zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet", content___xml=content)


def row_of(text: str, cells: int, rows: int) -> str:
    cell = f'<table:table-cell table:number-columns-repeated="{cells}"><text:p>{text}</text:p></table:table-cell>'
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'


def open_slides() -> bytes:
    from odf.draw import Frame, TextBox

    document = OpenDocumentPresentation()
    layout = PageLayout(name="layout")
    document.automaticstyles.addElement(layout)
    master = MasterPage(name="master", pagelayoutname=layout)
    document.masterstyles.addElement(master)
    page = OdfPage(name="Doors", masterpagename=master)
    frame = Frame(width="10cm", height="5cm", x="1cm", y="1cm")
    box = TextBox()
    box.addElement(P(text="Doors in a second"))
    frame.addElement(box)
    page.addElement(frame)
    document.presentation.addElement(page)
    return saved(document.write)


def pdf(*pages: str, password: str = "") -> bytes:
    document = FPDF()
    if password:
        document.set_encryption(owner_password=f"{password}-owner", user_password=password)
    document.set_font("Helvetica", size=12)
    for text in pages:
        document.add_page()
        document.multi_cell(0, 8, text)
    return bytes(document.output())


def mail() -> bytes:
    message = email.message.EmailMessage()
    message["From"], message["To"] = "Ada <ada@lantern.example>", "Mina <mina@lantern.example>"
    message["Subject"] = "Öffnungszeiten"
    message.set_content("The doors open at nine.\n")
    message.add_alternative("<p>The doors open at <b>nine</b>.</p>", subtype="html")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")
    return message.as_bytes()


def zipped(**parts: bytes | str) -> bytes:
    """A ZIP archive; two underscores in a name stand for a slash, three for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("___", ".").replace("__", "/"), data)
    return buffer.getvalue()


def saved(save: Any) -> bytes:
    buffer = io.BytesIO()
    save(buffer)
    return buffer.getvalue()
