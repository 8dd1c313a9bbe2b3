"""Draws the pages whose layout the goldens of layout/geometry hold.

Each page imitates a kind of paper that people send. The words are our own and in
the public domain (CC0 1.0); the output is the same bytes on every run. Run:
python pages.py
"""

from pathlib import Path

import reportlab
from PIL import Image, ImageDraw, ImageFont

OUT = Path(__file__).resolve().parents[2] / "layout" / "geometry" / "testdata" / "pages"
FONTS = Path(reportlab.__file__).parent / "fonts"  # Bitstream Vera

PROSE = [
    "The harbor was rebuilt after the flood of the third winter, when the old quay had sunk by half a meter "
    "and the cranes leaned over the water like tired birds. Nobody had expected the work to take nine years.",
    "A new wall of granite now runs from the customs house to the mole. Behind it lie four warehouses, a "
    "market hall and the workshop in which the lamps of the lighthouse are ground and polished.",
    "Every morning the pilots meet in the small room above the chandler's shop. They compare the tables of "
    "the tide with what they saw the evening before, and write the difference into a book that is older "
    "than any of them.",
    "Fishing has become a matter of permits and seasons. The boats that leave before dawn carry fewer nets "
    "than their fathers did, and they return with more paper: landing notes, weights, and the names of buyers.",
    "Visitors ask for the museum first. It has two floors, one for ships and one for the people who built "
    "them, and a tower from which the whole bay can be seen on a clear day in spring.",
    "The council voted last week to open the eastern pier to walkers. Benches will be placed every fifty "
    "steps, and the lamps, which have been dark since the cable broke, are to burn again before the autumn.",
    "Nothing is decided about the railway. Two plans lie on the table: a tunnel under the old town, which is "
    "dear, and a line along the shore, which is slow and would cut the gardens off from the sea.",
    "Prices for salt and rope have risen twice since March. Dealers blame the weather in the north, while "
    "the sailmakers say that too little was ordered when it was cheap.",
]
GERMAN = [
    "Der Hafen wurde nach der Flut des dritten Winters neu gebaut, als der alte Kai um einen halben Meter "
    "gesunken war und die Kräne schief über dem Wasser standen.",
    "Jeden Morgen treffen sich die Lotsen in der kleinen Stube über dem Laden. Sie vergleichen die Tafeln "
    "der Gezeiten mit dem, was sie am Abend zuvor gesehen haben.",
    "Besucher fragen zuerst nach dem Museum. Es hat zwei Stockwerke, eines für Schiffe und eines für die "
    "Menschen, die sie gebaut haben.",
]


class Page:
    """A page in gray, A4 at 150 dpi unless its size is given."""

    def __init__(self, width=1240, height=1754, paper=255, ink=0):
        self.image = Image.new("L", (width, height), paper)
        self.draw = ImageDraw.Draw(self.image)
        self.width, self.height, self.ink = width, height, ink

    def font(self, size, style=""):
        return ImageFont.truetype(FONTS / f"Vera{style}.ttf", size, layout_engine=ImageFont.Layout.BASIC)

    def text(self, x, y, words, size=20, style="", anchor="la", ink=None):
        self.draw.text((x, y), words, self.ink if ink is None else ink, self.font(size, style), anchor=anchor)

    def prose(self, x0, x1, y, words, size=20, style="", indent=0, justify=True, lead=1.32, width_at=None):
        """Sets a paragraph between x0 and x1 and returns the height below it. width_at
        gives other edges for a line at a height."""
        font, left, line = self.font(size, style), indent, []
        space = font.getlength(" ")

        def edges():
            return width_at(y) if width_at else (x0, x1)

        def flush(last):
            nonlocal y, line, left
            a, b = edges()
            a += left
            gap = space
            if justify and not last and len(line) > 1:
                gap = (b - a - sum(font.getlength(w) for w in line)) / (len(line) - 1)
            for w in line:
                self.draw.text((a, y), w, self.ink, font)
                a += font.getlength(w) + gap
            y, line, left = y + round(size * lead), [], 0

        for word in words.split():
            a, b = edges()
            if line and a + left + sum(font.getlength(w) + space for w in line) + font.getlength(word) > b:
                flush(False)
            line.append(word)
        flush(True)
        return y

    def rule(self, x0, y0, x1, y1, width=2, ink=None):
        self.draw.line((x0, y0, x1, y1), self.ink if ink is None else ink, width)

    def grid(self, xs, ys, width=2):
        for x in xs:
            self.rule(x, ys[0], x, ys[-1], width)
        for y in ys:
            self.rule(xs[0], y, xs[-1], y, width)

    def picture(self, x0, y0, x1, y1):
        """Hills under a sky, as a photograph."""
        for y in range(y0, y1):
            shade = 220 - (y - y0) * 110 // (y1 - y0)
            self.draw.line((x0, y, x1, y), shade)
        step = (x1 - x0) // 6
        for i in range(5):
            x = x0 + i * step
            self.draw.polygon([(x, y1), (x + step, y1 - (y1 - y0) * (3 + i % 3) // 7), (x + 2 * step, y1)], fill=90 - 12 * i)

    def save(self, name):
        # Four grays are enough for text and keep the file small.
        levels = self.image.point([min(3, (v + 42) // 85) for v in range(256)])
        small = Image.frombytes("P", levels.size, levels.tobytes())
        small.putpalette([v for g in (0, 85, 170, 255) for v in (g, g, g)])
        small.save(OUT / f"{name}.png", optimize=True, bits=2)


def columns(page, xs, y, bottom, paragraphs, size=20, **options):
    """Sets paragraphs in columns, given as pairs of edges, down to bottom."""
    x, top = 0, y
    for i, words in enumerate(paragraphs):
        y = page.prose(*xs[x], y, words, size, indent=size if i else 0, **options)
        if y > bottom and x + 1 < len(xs):
            x, y = x + 1, top


def newspaper():
    p = Page()
    p.text(620, 60, "THE BAY COURIER", 64, "Bd", "ma")
    p.rule(60, 150, 1180, 150, 3)
    p.text(60, 162, "Tuesday, 9 April", 18)
    p.text(1180, 162, "No. 2,114", 18, anchor="ra")
    p.rule(60, 196, 1180, 196, 1)
    p.text(60, 220, "New quay opens after nine years", 42, "Bd")
    edges = [(60, 320), (347, 607), (633, 893), (920, 1180)]
    columns(p, edges[:1], 300, 2000, PROSE[:3], 18)
    p.picture(347, 300, 893, 620)
    p.text(347, 630, "The market hall, seen from the mole.", 16, "It")
    columns(p, edges[1:2], 680, 2000, PROSE[3:5], 18)
    columns(p, edges[2:3], 680, 2000, PROSE[5:7], 18)
    p.text(920, 300, "Prices rise", 28, "Bd")
    columns(p, edges[3:], 350, 2000, [PROSE[7], PROSE[2]], 18)
    for x in (333, 906):
        p.rule(x, 300, x, 1100, 1)
    p.rule(60, 1150, 1180, 1150, 2)
    p.text(60, 1170, "Railway: two plans, no vote", 34, "Bd")
    for i in range(4):
        columns(p, edges[i:i + 1], 1235, 2000, [PROSE[(6 + i) % 8], PROSE[(1 + i) % 8]], 18)
    return p


def two_columns():
    p = Page()
    p.text(620, 90, "On the Settling of Quays", 40, "Bd", "ma")
    p.text(620, 150, "M. Arden and T. Quill", 22, "It", "ma")
    p.prose(200, 1040, 210, "Abstract. " + PROSE[0], 18)
    left, right = (90, 600), (640, 1150)
    p.text(90, 350, "1 Introduction", 26, "Bd")
    columns(p, [left], 395, 2000, PROSE[1:4])
    p.draw.rectangle((90, 960, 600, 1280), outline=0, width=2)
    p.rule(130, 1240, 560, 1240)
    p.rule(130, 990, 130, 1240)
    for i, h in enumerate((60, 110, 90, 180, 210)):
        p.draw.rectangle((170 + 75 * i, 1240 - h, 215 + 75 * i, 1240), fill=120)
        p.text(192 + 75 * i, 1246, str(1 + i), 16, anchor="ma")
    p.text(90, 1295, "Figure 1: Settling in each year, in cm.", 17, "It")
    columns(p, [left], 1350, 2000, PROSE[4:6])
    p.text(640, 350, "Table 1: Depth of the piles.", 17, "It")
    for i, row in enumerate([("Pile", "Depth", "Load"), ("North", "12.5", "340"), ("Middle", "14.0", "410"), ("South", "11.8", "295")]):
        y = 395 + 36 * i
        p.text(650, y, row[0], 18, "Bd" if i == 0 else "")
        p.text(950, y, row[1], 18, anchor="ra")
        p.text(1130, y, row[2], 18, anchor="ra")
    for y, w in ((385, 3), (425, 1), (540, 3)):
        p.rule(640, y, 1150, y, w)
    p.text(640, 580, "2 Measurements", 26, "Bd")
    columns(p, [right], 625, 2000, PROSE[5:] + PROSE[:5])
    p.text(620, 1680, "17", 18, anchor="ma")
    return p


def invoice():
    p = Page()
    p.text(90, 90, "Quill & Arden Chandlers", 34, "Bd")
    for i, line in enumerate(("4 Mole Street", "Eastport", "VAT 88 123 456")):
        p.text(1150, 95 + 28 * i, line, 18, anchor="ra")
    for i, line in enumerate(("Harbor Office", "Att. J. Ferrow", "1 Customs Square", "Eastport")):
        p.text(90, 260 + 30 * i, line)
    for i, (k, v) in enumerate((("Invoice no.", "2207-18"), ("Date", "14 March 2031"), ("Due", "13 April 2031"))):
        p.text(760, 260 + 34 * i, k, 20, "Bd")
        p.text(1150, 260 + 34 * i, v, anchor="ra")
    p.text(90, 460, "INVOICE", 40, "Bd")
    y = 550
    p.rule(90, y - 10, 1150, y - 10, 3)
    rows = [("Item", "Qty", "Unit price", "Amount"), ("Hemp rope, 24 mm, per coil", "12", "38.50", "462.00"),
            ("Salt, coarse, sack of 25 kg", "40", "9.20", "368.00"), ("Lamp oil, 5 l", "6", "21.00", "126.00"),
            ("Brass shackles, box of 50, galvanized", "2", "74.90", "149.80")]
    for i, row in enumerate(rows):
        style = "Bd" if i == 0 else ""
        p.text(90, y, row[0], 20, style)
        for x, cell in zip((760, 950, 1150), row[1:]):
            p.text(x, y, cell, 20, style, "ra")
        y += 46
        p.rule(90, y - 10, 1150, y - 10, 3 if i == 0 else 1)
    for k, v in (("Subtotal", "1,105.80"), ("VAT 20%", "221.16"), ("Total", "1,326.96")):
        p.text(950, y, k, 20, "Bd", "ra")
        p.text(1150, y, v, 20, "Bd" if k == "Total" else "", "ra")
        y += 40
    p.prose(90, 1150, y + 60, "Please pay within thirty days to the account named below. Goods remain ours until they are paid for.")
    p.text(620, 1670, "Bank of the Bay - EB12 0044 9981 2207 - Thank you for your order", 16, anchor="ma")
    return p


def form():
    p = Page()
    p.text(90, 80, "Application for a mooring", 36, "Bd")
    p.text(90, 135, "Fill in block letters. Leave gray fields empty.", 18, "It")
    y = 200
    fields = [("Surname", "FERROW"), ("First name", "JULIA"), ("Street and number", "12 ROPEWALK"), ("Town", "EASTPORT"), ("Telephone", "055 2114")]
    for label, value in fields:
        p.text(90, y, label)
        p.rule(400, y + 28, 1150, y + 28, 1)
        p.text(420, y - 2, value, 22, "Bd")
        y += 62
    p.text(90, y + 20, "Kind of boat", 24, "Bd")
    y += 75
    for i, (label, on) in enumerate((("Sail", True), ("Motor", False), ("Rowing boat", False), ("Other", False))):
        x = 90 + 270 * i
        p.draw.rectangle((x, y, x + 26, y + 26), outline=0, width=2)
        if on:
            p.rule(x + 4, y + 4, x + 22, y + 22, 3)
            p.rule(x + 22, y + 4, x + 4, y + 22, 3)
        p.text(x + 40, y + 1, label)
    y += 80
    xs, ys = [90, 360, 620, 880, 1150], [y + 56 * i for i in range(4)]
    p.grid(xs, ys)
    for j, row in enumerate((("Length (m)", "Beam (m)", "Draft (m)", "Built"), ("8.40", "2.75", "1.20", "1998"), ("", "", "", ""))):
        for i, cell in enumerate(row):
            p.text(xs[i] + 14, ys[j] + 15, cell, 20, "Bd" if j == 0 else "")
    p.prose(90, 1150, ys[-1] + 50, "I have read the rules of the harbor and agree to keep them. I know that a mooring may be withdrawn when its fee is not paid.")
    p.rule(90, 1500, 500, 1500, 1)
    p.text(90, 1510, "Date", 16)
    p.rule(680, 1500, 1150, 1500, 1)
    p.text(680, 1510, "Signature", 16)
    p.text(620, 1680, "Form M-3, page 1 of 2", 16, anchor="ma")
    return p


def bank_statement():
    p = Page()
    p.text(90, 70, "Bank of the Bay", 30, "Bd")
    p.text(1150, 80, "Statement 3 / 2031", 20, anchor="ra")
    p.text(90, 150, "Account EB12 0044 9981 2207   J. Ferrow", 20)
    y = 230
    for x, cell, anchor in ((90, "Date", "la"), (230, "Text", "la"), (860, "Debit", "ra"), (1010, "Credit", "ra"), (1150, "Balance", "ra")):
        p.text(x, y, cell, 18, "Bd", anchor)
    p.rule(90, y + 32, 1150, y + 32, 2)
    y += 48
    entries = [("01.03.", "Balance brought forward", "", "", "2,418.07"), ("02.03.", "Card payment Chandlers Quill", "48.20", "", "2,369.87"),
               ("03.03.", "Standing order rent\nRopewalk 12, March", "640.00", "", "1,729.87"), ("05.03.", "Salary harbor office", "", "2,310.00", "4,039.87"),
               ("08.03.", "Cash machine Mole Street", "100.00", "", "3,939.87"), ("11.03.", "Direct debit water works\nCustomer 44 871", "61.35", "", "3,878.52"),
               ("12.03.", "Transfer from T. Quill\nThanks for the ropes", "", "75.00", "3,953.52"), ("17.03.", "Card payment bakery", "12.80", "", "3,940.72"),
               ("21.03.", "Ferry ticket, 10 rides", "34.00", "", "3,906.72"), ("31.03.", "Fees", "4.50", "", "3,902.22")]
    for date, words, debit, credit, balance in entries:
        p.text(90, y, date, 18)
        for x, cell in ((860, debit), (1010, credit), (1150, balance)):
            p.text(x, y, cell, 18, anchor="ra")
        for line in words.split("\n"):
            p.text(230, y, line, 18)
            y += 27
        y += 12
    p.rule(90, y, 1150, y, 2)
    p.text(230, y + 14, "New balance", 18, "Bd")
    p.text(1150, y + 14, "3,902.22", 18, "Bd", "ra")
    p.prose(90, 1150, y + 90, "Please check this statement. Objections can be raised within six weeks of its date.", 16)
    p.text(1150, 1690, "Page 1 of 1", 16, anchor="ra")
    return p


def contract():
    p = Page()
    p.text(620, 90, "LEASE OF A WAREHOUSE", 32, "Bd", "ma")
    p.prose(110, 1130, 170, "between the Town of Eastport, called the Owner, and Quill & Arden Chandlers, called the Tenant.")
    y = 260
    clauses = [("1", "Object"), ("1.1", PROSE[1]), ("1.2", PROSE[5]), ("2", "Rent"), ("2.1", PROSE[7]),
               ("2.2", "The rent is due on the third working day of each month:"), ("(a)", "for the hall, 1,200 marks;"),
               ("(b)", "for the loft, 300 marks;"), ("(c)", "for the use of the crane, as the tariff says."),
               ("2.3", PROSE[6]), ("3", "Term"), ("3.1", PROSE[2])]
    for number, words in clauses:
        if number.isdigit():
            y += 16
            p.text(110, y, f"{number}  {words}", 24, "Bd")
            y += 44
            continue
        x = 250 if number.startswith("(") else 190
        p.text(x - 80 if x == 190 else x - 60, y, number)
        y = p.prose(x, 1130, y, words) + 12
    p.text(110, 1560, "Eastport, the ______________")
    for x, who in ((110, "The Owner"), (700, "The Tenant")):
        p.rule(x, 1640, x + 400, 1640, 1)
        p.text(x, 1650, who, 16)
    return p


def open_table():
    p = Page()
    p.text(90, 80, "Crews and their boats", 32, "Bd")
    y = p.prose(90, 1150, 150, PROSE[3]) + 40
    rows = [("Boat", "Skipper", "Crew", "Home port", "Catch (kg)"), ("Petrel", "A. Moor", "4", "Eastport", "1,240"),
            ("Grey Gull", "S. Harrow", "6", "Sandwick", "2,015"), ("Anna", "J. Ferrow", "2", "Eastport", "310"),
            ("North Star", "P. Lindal", "5", "Highcliff", "1,780"), ("Tern", "O. Brask", "3", "Sandwick", "655"),
            ("Old Faithful", "M. Arden", "4", "Eastport", "990"), ("Swift", "E. Holm", "7", "Highcliff", "2,460")]
    for i, row in enumerate(rows):
        for x, cell, anchor in zip((90, 330, 620, 720, 1150), row, ("la", "la", "ra", "la", "ra")):
            p.text(x, y, cell, 20, "Bd" if i == 0 else "", anchor)
        y += 40
    p.prose(90, 1150, y + 40, PROSE[4])
    return p


def nested_table():
    p = Page()
    p.text(90, 80, "Berths and fees", 32, "Bd")
    xs, ys = [90, 330, 810, 1150], [150, 210, 470, 730, 800]
    p.grid(xs, ys)
    for i, head in enumerate(("Pier", "Fee by length and season", "Remarks")):
        p.text(xs[i] + 14, 168, head, 20, "Bd")
    for j, (pier, fees, remark) in enumerate((("East", ("12", "18", "25"), "Water and light"), ("West", ("10", "15", "21"), "No lorries"))):
        top = ys[1 + j]
        p.text(104, top + 20, pier)
        p.text(824, top + 20, remark)
        inner, lines = [350, 500, 650, 790], [top + 20 + 55 * i for i in range(5)]
        p.grid(inner, lines, 1)
        for r, row in enumerate((("Length", "Summer", "Winter"), ("to 6 m", fees[0], "5"), ("to 9 m", fees[1], "8"), ("over 9 m", fees[2], "11"))):
            for c, cell in enumerate(row):
                p.text(inner[c] + 12, lines[r] + 16, cell, 18)
    p.text(104, 752, "All")
    p.text(344, 752, "Visitors pay by the day")
    p.prose(90, 1150, 860, PROSE[6])
    return p


def minutes():
    p = Page()
    p.text(90, 80, "Minutes of the harbor council", 34, "Bd")
    for i, (k, v) in enumerate((("Date:", "9 April 2031, 18:00"), ("Place:", "Customs house, room 2"), ("Present:", "Arden (chair), Brask, Ferrow, Lindal"), ("Excused:", "Moor"))):
        p.text(90, 150 + 34 * i, k, 20, "Bd")
        p.text(260, 150 + 34 * i, v)
    y = 320
    for i, (title, words, points) in enumerate((("Minutes of March", "They are accepted without change.", ()),
                                                ("Eastern pier", PROSE[5], ("Benches: Brask asks three joiners.", "Lamps: Lindal speaks with the works.", "Opening on the first Sunday of May.")),
                                                ("Railway", PROSE[6], ("Ferrow writes to the ministry.",)), ("Next meeting", "14 May 2031 at the same place.", ()))):
        p.text(90, y, f"{i + 1}. {title}", 24, "Bd")
        y = p.prose(90, 1150, y + 42, words) + 6
        for point in points:
            p.text(120, y, "-")
            p.text(150, y, point)
            y += 32
        y += 26
    p.text(90, y + 40, "For the minutes: J. Ferrow")
    return p


def price_list():
    p = Page()
    p.text(620, 70, "PRICES", 40, "Bd", "ma")
    p.text(620, 125, "valid from 1 April", 18, "It", "ma")
    groups = [("Ropes", [("Hemp 12 mm", "1.90"), ("Hemp 24 mm", "3.85"), ("Cotton 6 mm", "0.70"), ("Wire 8 mm", "4.10")]),
              ("Lamps", [("Storm lamp", "18.00"), ("Deck lamp, brass", "64.50"), ("Wicks, 10", "2.20"), ("Oil, 1 l", "4.80"), ("Glass", "3.10")]),
              ("Paint", [("White, 1 l", "11.40"), ("Red lead, 1 l", "14.90"), ("Tar, 5 l", "22.00")]),
              ("Clothing", [("Oilskin jacket", "79.00"), ("Sou'wester", "21.50"), ("Boots, pair", "58.00"), ("Gloves, pair", "9.90")])]
    for column, pair in enumerate((groups[:2], groups[2:])):
        x0, x1, y = 90 + 580 * column, 570 + 580 * column, 200
        for name, rows in pair:
            p.text(x0, y, name, 26, "Bd")
            y += 48
            for item, price in rows:
                p.text(x0, y, item)
                p.text(x1, y, price, anchor="ra")
                y += 36
            y += 30
    p.text(620, 900, "All prices per meter or piece, tax included.", 16, anchor="ma")
    return p


def contents():
    p = Page()
    p.text(110, 90, "Contents", 38, "Bd")
    y = 180
    font = p.font(20)
    entries = [(0, "Foreword", "5"), (0, "1 The bay", "9"), (1, "1.1 Wind and water", "11"), (1, "1.2 The first settlers", "18"), (0, "2 Building the quay", "27"),
               (1, "2.1 Stone", "29"), (1, "2.2 Timber and iron", "41"), (2, "2.2.1 Oak from the hills", "43"), (2, "2.2.2 The foundry", "50"), (1, "2.3 Those who worked there", "58"),
               (0, "3 The lighthouse", "66"), (1, "3.1 Lamps", "70"), (1, "3.2 Keepers", "81"), (0, "4 Trade", "95"), (1, "4.1 Salt and rope", "97"), (1, "4.2 Fish", "112"),
               (0, "Sources", "131"), (0, "Index", "139")]
    for depth, title, number in entries:
        x = 110 + 40 * depth
        p.text(x, y, title, 20, "Bd" if depth == 0 else "")
        begin = x + p.font(20, "Bd" if depth == 0 else "").getlength(title) + 12
        end = 1120 - font.getlength(number) - 12
        dots = int((end - begin) / font.getlength("."))
        p.text(end, y, "." * dots, anchor="ra")
        p.text(1120, y, number, anchor="ra")
        y += 44
    p.text(620, 1680, "3", 18, anchor="ma")
    return p


def slide():
    p = Page(1440, 810)
    p.draw.rectangle((0, 0, 1440, 120), fill=60)
    p.text(60, 32, "Where the money goes", 50, "Bd", ink=255)
    for i, words in enumerate(("Quay: four million, paid", "Pier: two offers, one too dear", "Lamps: the cable costs more than they do", "Reserve: enough until autumn")):
        y = 190 + 90 * i
        p.draw.ellipse((60, y + 12, 76, y + 28), fill=0)
        p.text(100, y, words, 34)
    p.draw.rectangle((900, 200, 1380, 620), outline=0, width=2)
    for i, (name, h) in enumerate((("Quay", 340), ("Pier", 190), ("Lamps", 90))):
        p.draw.rectangle((950 + 140 * i, 600 - h, 1040 + 140 * i, 600), fill=140)
        p.text(995 + 140 * i, 630, name, 22, anchor="ma")
    p.text(60, 760, "Harbor council, April 2031", 20)
    p.text(1380, 760, "7", 20, anchor="ra")
    return p


def letter():
    p = Page()
    p.text(1150, 70, "Quill & Arden Chandlers", 28, "Bd", "ra")
    p.text(1150, 112, "4 Mole Street, Eastport", 18, anchor="ra")
    p.text(120, 250, "Quill & Arden, 4 Mole Street, Eastport", 13)
    for i, line in enumerate(("Ms. Julia Ferrow", "Harbor Office", "1 Customs Square", "Eastport")):
        p.text(120, 285 + 32 * i, line)
    p.text(1150, 480, "Eastport, 14 March 2031", anchor="ra")
    p.text(120, 560, "Your order of 2 March", 22, "Bd")
    p.text(120, 620, "Dear Ms. Ferrow,")
    y = 670
    for words in (PROSE[7], PROSE[1], PROSE[4]):
        y = p.prose(120, 1120, y, words, justify=False) + 18
    p.text(120, y + 20, "Yours sincerely,")
    p.text(120, y + 120, "T. Quill")
    p.text(120, y + 180, "Encl.: price list", 16)
    for i, lines in enumerate((("Quill & Arden", "4 Mole Street", "Eastport"), ("Telephone 055 8812", "Fax 055 8813", "mail@quill.example"), ("Bank of the Bay", "EB12 0044 9981", "Register 7741"))):
        for j, line in enumerate(lines):
            p.text(120 + 360 * i, 1610 + 24 * j, line, 15)
    return p


def receipt():
    p = Page(560, 1100)
    for i, (line, size) in enumerate((("BAKERY AT THE MOLE", 28), ("7 Mole Street, Eastport", 18), ("Tel. 055 3391", 18))):
        p.text(280, 40 + 38 * i, line, size, "Bd" if i == 0 else "", "ma")
    p.text(40, 180, "09.04.2031  08:14", 18)
    p.text(520, 180, "No. 004417", 18, anchor="ra")
    p.rule(40, 215, 520, 215, 1)
    y = 235
    for name, price in (("Rye bread 1 kg", "4.20"), ("2 x Roll", "1.10"), ("Butter", "2.95"), ("Plum cake", "3.60"), ("Coffee", "2.40"), ("3 x Pretzel", "3.30"), ("Milk 1 l", "1.45")):
        p.text(40, y, name, 20)
        p.text(520, y, price, 20, anchor="ra")
        y += 34
    p.rule(40, y + 4, 520, y + 4, 1)
    for name, price, style in (("TOTAL", "19.00", "Bd"), ("Cash", "20.00", ""), ("Change", "1.00", "")):
        y += 24 if style else 10
        p.text(40, y, name, 22, style)
        p.text(520, y, price, 22, style, "ra")
        y += 30
    y += 20
    for a, b, c in (("VAT", "net", "tax"), ("7%", "15.51", "1.09"), ("20%", "2.00", "0.40")):
        p.text(40, y, a, 18)
        p.text(330, y, b, 18, anchor="ra")
        p.text(520, y, c, 18, anchor="ra")
        y += 28
    p.text(280, y + 40, "Thank you. Come again!", 18, anchor="ma")
    return p


def index():
    p = Page()
    p.text(90, 80, "Index", 36, "Bd")
    words = ["Anchors, 12, 48", "Arden, M., 5", "Bakers, 77", "Bay, the, 9-26", "depth of, 11", "storms in, 14, 19", "Benches, 61", "Boats, 31, 97", "Cables, 70", "Cranes, 29, 33",
             "Customs house, 28", "Ferries, 104", "Fish, 112-118", "prices of, 115", "Floods, 3, 27", "Foundry, 50", "Granite, 29", "Gulls, 15", "Harbor, passim", "Hemp, 97",
             "Iron, 41, 50", "Keepers, 81", "names of, 84", "pay of, 83", "Lamps, 70-79", "Lighthouse, 66", "Market hall, 92", "Mole, 35", "Nets, 113", "Oak, 43",
             "Oil, 71", "Pilots, 22", "Quay, 27-65", "cost of, 64", "Railway, 120", "Rope, 97-101", "Salt, 97", "Tar, 99", "Tides, 22", "Tunnel, 121", "Wind, 11", "Winters, 3"]
    for i, entry in enumerate(words):
        column, row = divmod(i, 14)
        p.text(90 + 370 * column + (30 if entry[0].islower() else 0), 170 + 34 * row, entry, 18)
    p.text(1150, 1690, "139", 18, anchor="ra")
    return p


def bilingual():
    p = Page()
    p.text(90, 80, "The Harbor", 32, "Bd")
    p.text(650, 80, "Der Hafen", 32, "Bd")
    y = 160
    for english, german in zip((PROSE[0], PROSE[2], PROSE[4]), GERMAN):
        a = p.prose(90, 590, y, english, 20)
        b = p.prose(650, 1150, y, german, 20)
        y = max(a, b) + 24
    p.rule(620, 160, 620, y, 1)
    p.text(620, 1690, "4 / 5", 18, anchor="ma")
    return p


def footnotes():
    p = Page()
    p.text(90, 60, "The Bay and its People", 16, "It")
    p.text(1150, 60, "43", 16, anchor="ra")
    y = 120
    for i, words in enumerate(PROSE[:6]):
        y = p.prose(110, 1130, y, words + (f" As the book says{i + 1}." if i % 2 == 0 else ""), 21, indent=30 if i else 0) + 4
    p.rule(110, 1440, 430, 1440, 1)
    y = 1455
    for i, words in enumerate(("See the book of the pilots, third volume, under the winter of the flood.", "The difference was never more than a hand; compare the tables at the end, where the years are given in full and the errors of the first edition are put right.",
                               "Oral report of a sailmaker.")):
        p.text(110, y, str(i + 1), 12)
        y = p.prose(130, 1130, y, words, 16) + 2
    return p


def sidebar():
    p = Page()
    p.text(90, 80, "A day on the water", 38, "Bd")
    y = 170
    for i, words in enumerate(PROSE[:7]):
        y = p.prose(90, 760, y, words, 20, indent=20 if i else 0)
    p.draw.rectangle((820, 180, 1150, 720), fill=222)
    p.text(845, 205, "Good to know", 24, "Bd")
    b = 255
    for words in ("Boats leave at six and at nine.", "Children pay half.", "Bring a coat, also in July: the wind turns at noon.", "Tickets at the kiosk beside the crane."):
        b = p.prose(845, 1125, b, words, 17, justify=False) + 14
    p.text(845, 560, "Telephone", 18, "Bd")
    p.text(845, 590, "055 2114", 18)
    return p


def code():
    p = Page()
    p.text(90, 80, "Reading the gauge", 34, "Bd")
    y = p.prose(90, 1150, 150, "The gauge answers on its serial line. This function asks it once a minute and writes what it said into the log.") + 24
    lines = ["func watch(port io.ReadWriter, log *Log) error {", "    for range time.Tick(time.Minute) {", "        if _, err := port.Write(ask); err != nil {",
             '            return fmt.Errorf("ask: %w", err)', "        }", "        level, err := read(port)", "        if err != nil {", "            continue // it may be busy",
             "        }", "        log.Add(level)", "    }", "}"]
    p.draw.rectangle((90, y, 1150, y + 34 * len(lines) + 30), fill=235)
    for i, line in enumerate(lines):
        for k, letter in enumerate(line):
            p.text(115 + 13 * k, y + 15 + 34 * i, letter, 20)
    p.prose(90, 1150, y + 34 * len(lines) + 60, PROSE[2])
    return p


def dark_screenshot():
    p = Page(1280, 800, paper=25, ink=235)
    p.draw.rectangle((0, 0, 1280, 50), fill=50)
    p.text(20, 14, "Harbor Desk", 20, "Bd")
    for i, item in enumerate(("File", "Edit", "View", "Help")):
        p.text(260 + 90 * i, 15, item, 18)
    p.draw.rectangle((0, 50, 240, 800), fill=38)
    for i, item in enumerate(("Overview", "Arrivals", "Departures", "Moorings", "Invoices", "Settings")):
        p.text(24, 80 + 48 * i, item, 19)
    p.text(280, 80, "Arrivals today", 32, "Bd")
    for j, row in enumerate((("Boat", "From", "Due", "Berth", "State"), ("Petrel", "Sandwick", "08:10", "E4", "moored"), ("Grey Gull", "Highcliff", "09:45", "E7", "moored"),
                             ("Anna", "Eastport", "11:00", "W1", "expected"), ("Tern", "Sandwick", "11:30", "W2", "expected"), ("Swift", "Highcliff", "14:20", "E5", "late"))):
        for i, cell in enumerate(row):
            p.text(280 + 190 * i, 150 + 44 * j, cell, 19, "Bd" if j == 0 else "")
    p.prose(280, 1240, 450, "Two boats are late because of fog at the cape. Berths on the western pier stay closed until the divers have finished.", 19, justify=False)
    p.text(24, 768, "Connected", 16)
    p.text(1256, 768, "12:04", 16, anchor="ra")
    return p


PAGES = [newspaper, two_columns, invoice, form, bank_statement, contract, open_table, nested_table, minutes, price_list,
         contents, slide, letter, receipt, index, bilingual, footnotes, sidebar, code, dark_screenshot]

if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for page in PAGES:
        page().save(page.__name__)
