"""Writes the sample documents and their expected text into the folder above.

The output is the same bytes on every run: no clock, no random ids, fonts that
come with the pinned packages. Run: python make.py
"""

import io
import random
from pathlib import Path

import pikepdf
import reportlab
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.colors import black, grey
from reportlab.lib.pagesizes import A4, A5
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, Paragraph, Table, TableStyle

import content as c

OUT = Path(__file__).resolve().parent.parent
FONTS = Path(reportlab.__file__).parent / "fonts"  # Bitstream Vera

WIDTH, HEIGHT = A4
MARGIN = 20 * mm
PROSE = ParagraphStyle("prose", fontName="Times-Roman", fontSize=10.5, leading=13.2, spaceAfter=5)
HEADING = ParagraphStyle("heading", fontName="Helvetica-Bold", fontSize=11.5, leading=15, spaceBefore=4, spaceAfter=2)
WIDE_PROSE = ParagraphStyle("wide", PROSE, fontSize=11.5, leading=15)


def pdf(buffer, pagesize, title, encrypt=None):
    canvas = Canvas(buffer, pagesize=pagesize, invariant=True, encrypt=encrypt)
    canvas.setTitle(title)
    return canvas


def article(canvas):
    """Page 1: a title over two columns of prose."""
    canvas.setFont("Helvetica-Bold", 22)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 27 * mm, c.TITLE)
    canvas.setFont("Times-Italic", 12)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 35 * mm, c.BYLINE)

    gap, top = 9 * mm, HEIGHT - 42 * mm
    width = (WIDTH - 2 * MARGIN - gap) / 2
    bottom = 111 * mm  # so that the columns end up about equally full
    story = []
    for heading, paragraphs in c.ARTICLE:
        story.append(Paragraph(heading, HEADING))
        story += [Paragraph(p, PROSE) for p in paragraphs]
    for column in range(2):
        x = MARGIN + column * (width + gap)
        Frame(x, bottom, width, top - bottom, 0, 0, 0, 0).addFromList(story, canvas)
    assert not story, "the article does not fit on its page"


def table_page(canvas):
    """Page 2: a ruled table between two paragraphs."""
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(MARGIN, HEIGHT - 30 * mm, c.TABLE_TITLE)
    width = WIDTH - 2 * MARGIN
    table = Table(c.TABLE, colWidths=[width * 0.4] + [width * 0.2] * 3, rowHeights=10 * mm)
    table.setStyle(TableStyle([
        ("GRID", (0, 0), (-1, -1), 0.8, black),
        ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 11),
        ("FONT", (0, 1), (-1, -1), "Helvetica", 11),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ]))
    y = HEIGHT - 36 * mm
    for part in (Paragraph(c.TABLE_INTRO, WIDE_PROSE), table, Paragraph(c.TABLE_OUTRO, WIDE_PROSE)):
        _, height = part.wrap(width, y)
        part.drawOn(canvas, MARGIN, y - height)
        y -= height + 8 * mm


def form_page(canvas):
    """Page 3: labels on the page, answers in form fields."""
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(MARGIN, HEIGHT - 30 * mm, c.FORM_TITLE)
    canvas.setFont("Times-Roman", 12)
    canvas.drawString(MARGIN, HEIGHT - 40 * mm, c.FORM_INTRO)
    y = HEIGHT - 58 * mm
    for label, value in c.FORM_FIELDS:
        canvas.setFont("Helvetica", 12)
        canvas.drawString(MARGIN, y, label)
        canvas.acroForm.textfield(
            name=label.rstrip(":"), value=value, x=MARGIN + 40 * mm, y=y - 2.5 * mm, width=90 * mm, height=8 * mm,
            fontName="Helvetica", fontSize=12, borderWidth=0.8, borderColor=grey, fillColor=None)
        y -= 14 * mm
    for label, checked in ((c.FORM_CHECKED, True), (c.FORM_UNCHECKED, False)):
        canvas.acroForm.checkbox(
            name=label, checked=checked, x=MARGIN, y=y - 1 * mm, size=5 * mm, buttonStyle="check", borderWidth=0.8,
            fillColor=None)
        canvas.drawString(MARGIN + 9 * mm, y, label)
        y -= 11 * mm


def add_note(document, page, text):
    """Adds a free text annotation with its appearance to the page."""
    x, y, width, height = 110 * mm, 150 * mm, 60 * mm, 11 * mm
    draw = f"0.8 0.1 0.1 RG 1 w 0.5 0.5 {width - 1:.1f} {height - 1:.1f} re S " \
           f"BT /Helv 13 Tf 0.8 0.1 0.1 rg 8 10.5 Td ({text}) Tj ET"
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    appearance = document.make_stream(
        draw.encode(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=[0, 0, width, height],
        Resources=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=document.make_indirect(font))))
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FreeText, Rect=[x, y, x + width, y + height], F=4,
        Contents=text, DA="0.8 0.1 0.1 rg /Helv 13 Tf", AP=pikepdf.Dictionary(N=appearance))
    page.Annots.append(document.make_indirect(note))


def sample_pdf():
    buffer = io.BytesIO()
    canvas = pdf(buffer, A4, c.TITLE)
    for draw in (article, table_page, form_page):
        draw(canvas)
        canvas.showPage()
    canvas.save()
    with pikepdf.open(buffer) as document:
        add_note(document, document.pages[2], c.FORM_NOTE)
        document.save(OUT / "sample.pdf", deterministic_id=True, compress_streams=True, recompress_flate=True)

    first = [c.TITLE, c.BYLINE]
    for heading, paragraphs in c.ARTICLE:
        first += [heading, *paragraphs]
    second = [c.TABLE_TITLE, c.TABLE_INTRO, *(" ".join(row) for row in c.TABLE), c.TABLE_OUTRO]
    third = [c.FORM_TITLE, c.FORM_INTRO, *(f"{label} {value}" for label, value in c.FORM_FIELDS),
             c.FORM_CHECKED, c.FORM_UNCHECKED, c.FORM_NOTE]
    write_text("sample.txt", first, second, third)


def sample_encrypted():
    # RC4 with 128 bits: AES would need random numbers and so change with every run.
    encryption = StandardEncryption(c.ENCRYPTED_PASSWORD, ownerPassword="owner", strength=128)
    canvas = pdf(str(OUT / "sample-encrypted.pdf"), A5, c.ENCRYPTED_TITLE, encryption)
    canvas.setFont("Helvetica-Bold", 16)
    canvas.drawString(15 * mm, A5[1] - 30 * mm, c.ENCRYPTED_TITLE)
    canvas.setFont("Times-Roman", 12)
    canvas.drawString(15 * mm, A5[1] - 42 * mm, c.ENCRYPTED_TEXT)
    canvas.save()
    write_text("sample-encrypted.txt", [c.ENCRYPTED_TITLE, c.ENCRYPTED_TEXT])


def font(size, bold=False):
    return ImageFont.truetype(FONTS / ("VeraBd.ttf" if bold else "Vera.ttf"), size, layout_engine=ImageFont.Layout.BASIC)


def sample_png():
    """An invoice of A5 size at 150 dpi, in grey."""
    page = Image.new("L", (874, 1240), 255)
    draw = ImageDraw.Draw(page)
    left, right = 80, 794
    text = lambda x, y, s, size=19, bold=False, anchor="la": draw.text((x, y), s, 0, font(size, bold), anchor)
    text(left, 80, c.INVOICE_TITLE, 38, bold=True)
    for i, line in enumerate(c.INVOICE_SENDER):
        text(right, 84 + 28 * i, line, anchor="ra")
    for i, (key, value) in enumerate(c.INVOICE_KEYS):
        text(left, 230 + 36 * i, key, bold=True)
        text(left + 220, 230 + 36 * i, value)
    for i, line in enumerate(c.INVOICE_TEXT):
        text(left, 380 + 30 * i, line)
    y = 490
    for i, (item, quantity, amount) in enumerate(c.INVOICE_ITEMS):
        text(left, y, item, bold=i == 0)
        text(560, y, quantity, bold=i == 0, anchor="ra")
        text(right, y, amount, bold=i == 0, anchor="ra")
        y += 42
        draw.line((left, y - 9, right, y - 9), 0, 2 if i == 0 else 1)
    text(left, y + 8, c.INVOICE_TOTAL[0], bold=True)
    text(right, y + 8, c.INVOICE_TOTAL[1], bold=True, anchor="ra")
    text(left, y + 90, c.INVOICE_END)
    page.save(OUT / "sample.png", optimize=True, dpi=(150, 150))
    write_text("sample-png.txt", [
        c.INVOICE_TITLE, *c.INVOICE_SENDER, *(f"{k} {v}" for k, v in c.INVOICE_KEYS), " ".join(c.INVOICE_TEXT),
        *(" ".join(row) for row in c.INVOICE_ITEMS), " ".join(c.INVOICE_TOTAL), c.INVOICE_END])


def sample_scan():
    """A sheet of A5 at 150 dpi, tilted, softened and noisy, as the only content of a PDF."""
    page = Image.new("L", (874, 1240), 244)
    draw = ImageDraw.Draw(page)
    draw.text((90, 110), c.SCAN_TITLE, 30, font(32, bold=True))
    for i, line in enumerate(c.SCAN_LINES):
        draw.text((90, 200 + 36 * i), line, 30, font(22))
    page = page.rotate(1.5, Image.Resampling.BICUBIC, fillcolor=244).filter(ImageFilter.GaussianBlur(0.7))

    noise = random.Random(7)
    grain = Image.frombytes("L", page.size, noise.randbytes(page.width * page.height))
    page = Image.blend(page, grain.filter(ImageFilter.GaussianBlur(0.8)), 0.08)
    specks = ImageDraw.Draw(page)
    for _ in range(120):
        x, y = noise.randrange(page.width), noise.randrange(page.height)
        specks.ellipse((x, y, x + noise.randrange(3), y + noise.randrange(3)), fill=noise.randrange(60, 160))

    jpeg = io.BytesIO()
    page.save(jpeg, "JPEG", quality=55)
    with pikepdf.new() as document:
        width, height = A5
        sheet = document.add_blank_page(page_size=A5)
        picture = document.make_stream(
            jpeg.getvalue(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=page.width, Height=page.height,
            ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode)
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=picture))
        sheet.Contents = document.make_stream(f"{width:.2f} 0 0 {height:.2f} 0 0 cm /Scan Do".encode())
        document.save(OUT / "sample-scan.pdf", deterministic_id=True)
    paragraphs = " ".join(line or "\n" for line in c.SCAN_LINES).split("\n")
    write_text("sample-scan.txt", [c.SCAN_TITLE, *(p.strip() for p in paragraphs)])


def provision_sample():
    """What provision verifies and measures a host with: a few printed lines, and 20 dense pages."""
    out = OUT.parent / "provision" / "host" / "sample"
    page = Image.new("L", (900, 300), 255)
    draw = ImageDraw.Draw(page)
    for i, line in enumerate(c.PROVISION_LINES):
        draw.text((60, 60 + 64 * i), line, 0, font(30))
    page.save(out / "page.png", optimize=True, dpi=(150, 150))
    (out / "page.txt").write_text("\n".join(c.PROVISION_LINES) + "\n", encoding="utf-8")

    buffer = io.BytesIO()
    canvas = pdf(buffer, A4, "Benchmark")
    for number in range(1, 21):
        canvas.setFont("Times-Roman", 11)
        for i in range(48):
            canvas.drawString(MARGIN, HEIGHT - MARGIN - 15 * i, f"Page {number}, line {i + 1}: plain text for a measurement, about as long as a line of a letter is.")
        canvas.showPage()
    canvas.save()
    (out / "pages.pdf").write_bytes(buffer.getvalue())


def write_text(name, *pages):
    """Writes one paragraph, table row or label a line, with a form feed between pages."""
    (OUT / name).write_text("\f".join("\n".join(lines) + "\n" for lines in pages), encoding="utf-8")


if __name__ == "__main__":
    sample_pdf()
    sample_encrypted()
    sample_png()
    sample_scan()
    provision_sample()
