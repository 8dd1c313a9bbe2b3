"""Draws more pages for the goldens of layout/geometry: tables and columns as people
send them. The words are our own and in the public domain (CC0 1.0); the output is the
same bytes on every run. Run: python everyday.py
"""

from PIL import Image, ImageDraw

from pages import OUT, PROSE, Page

NOUNS = "anchor barrel candle drizzle engine ferry garden hollow island jetty kettle lantern meadow needle orchard pebble quarry ribbon saddle timber".split()


def tilted(page, degrees):
    page.image = page.image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    return page


def turned(page, words, size, degrees, ink=0):
    """Returns words on a sheet of their own, turned, as a mask."""
    font = page.font(size, "Bd")
    box = font.getbbox(words)
    sheet = Image.new("L", (box[2] + 20, box[3] + 20), 0)
    ImageDraw.Draw(sheet).text((10, 10), words, 255, font)
    return sheet.rotate(degrees, Image.Resampling.BICUBIC, expand=True)


def edges(n, gap, left=60, right=1180):
    width = (right - left - gap * (n - 1)) / n
    return [(round(left + i * (width + gap)), round(left + i * (width + gap) + width)) for i in range(n)]


def cells(page, xs, ys, rows, size=20, pad=12, middle=False):
    for j, row in enumerate(rows):
        for i, words in enumerate(row):
            y = ys[j] + (ys[j + 1] - ys[j] - size * 1.2) / 2
            if middle:
                page.text((xs[i] + xs[i + 1]) / 2, y, words, size, anchor="ma")
            else:
                page.text(xs[i] + pad, y, words, size)


def weekly():
    """Two rows of stories, the heads level with each other, without rulings between them."""
    p = Page()
    p.text(620, 50, "SANDWICK WEEKLY", 56, "Bd", "ma")
    p.text(60, 135, "Eleventh year", 16)
    p.text(1180, 135, "Saturday, 2 November", 16, anchor="ra")
    p.rule(60, 165, 1180, 165)
    three = edges(3, 34)
    p.text(60, 190, "Rope", 28, "Bd")
    p.text(three[1][0], 190, "Nine boats lost their nets", 28, "Bd")
    low = max(p.prose(*three[i], 245, PROSE[i + 1] + " " + PROSE[i + 4], 17) for i in range(3)) + 50
    p.text(60, low, "Lamps burn again on the pier", 28, "Bd")
    p.text(three[2][0], low, "Ferries", 28, "Bd")
    for i in range(3):
        p.prose(*three[i], low + 55, PROSE[(i + 5) % 8] + " " + PROSE[i], 17)
    return p


def broadsheet():
    """Five narrow columns with rulings between the stories and the columns."""
    p = Page()
    p.text(620, 40, "THE CAPE PILOT", 48, "Bd", "ma")
    p.rule(40, 110, 1200, 110, 3)
    columns = edges(5, 24, 40, 1200)
    for i, (a, b) in enumerate(columns):
        y = 130
        for k in range(4):
            p.text(a, y, f"{NOUNS[(i * 4 + k) % 20]} and {NOUNS[(7 * k + i + 3) % 20]}".title(), 16, "Bd")
            y = p.prose(a, b, y + 28, PROSE[(i * 3 + k) % 8], 14, indent=14) + 14
            p.rule(a, y - 6, b, y - 6, 1)
            y += 10
        if i:
            p.rule(a - 12, 125, a - 12, 1560, 1)
    return tilted(p, 0.5)


def notices():
    """Four columns, hardly further apart than words."""
    p = Page()
    p.text(60, 70, "Notices", 34, "Bd")
    for i, (a, b) in enumerate(edges(4, 20)):
        y = 140 + 3 * i
        for k in range(6):
            y = p.prose(a, b, y, PROSE[(i * 5 + k) % 8], 15, indent=15)
    return p


def magazine():
    """Three columns, tilted, around a picture that takes a part of two."""
    p = Page()
    columns = edges(3, 26)
    left, right, top, bottom = columns[0][1] - 150, columns[1][0] + 150, 640, 920
    p.text(60, 80, "Winter in the lamp room", 42, "Bd")

    def around(i):
        def at(y):
            a, b = columns[i]
            if top - 30 < y < bottom + 10:
                a, b = (a, left - 14) if i == 0 else (right + 14, b) if i == 1 else (a, b)
            return a, b
        return at

    for i, (a, b) in enumerate(columns):
        y = 170
        for k in range(5):
            y = p.prose(a, b, y, PROSE[(i * 3 + k) % 8], 16, indent=16, width_at=around(i))
    p.picture(left, top, right, bottom)
    return tilted(p, 1.2)


def exam():
    """Questions with lines to write on, and blanks for name and date."""
    p = Page()
    p.text(90, 70, "Name:", 20)
    p.rule(170, 96, 640, 96, 1)
    p.text(700, 70, "Date:", 20)
    p.rule(770, 96, 1150, 96, 1)
    p.text(620, 140, "Seamanship, first paper", 32, "Bd", "ma")
    y = 230
    for i, words in enumerate(("Describe how a boat is moored when the wind comes off the land.", "Name three marks by which the mole is known at night.",
                               "How long does a boat of six knots need for the nine miles to Sandwick? Show how you reckoned.", "Why has the table of the tides two heights for each day?")):
        y = p.prose(90, 1150, y, f"{i + 1}. {words}", 20, justify=False)
        for _ in range(4):
            y += 46
            p.rule(90, y, 1150, y, 1)
        y += 40
    p.text(620, 1690, "Please turn over", 16, "It", "ma")
    return p


def worksheet():
    """Sentences with a word to be filled in."""
    p = Page()
    p.text(90, 80, "The missing word", 34, "Bd")
    y = 170
    for i, (a, b) in enumerate((("The", "of the lamp took two hours."), ("She gave a short", "before the feast."), ("No", "was found in the old chest."), ("Every", "needs a question."),
                                ("A", "of gulls followed the boat."), ("Their", "was to sail at dawn."))):
        p.text(90, y, f"{i + 1}.", 20)
        p.text(135, y, a, 20)
        x = 150 + p.font(20).getlength(a)
        p.rule(x, y + 25, x + 210, y + 25, 1)
        p.text(x + 224, y, b, 20)
        y += 60
    p.text(90, y + 30, "Write two sentences of your own.", 20, "Bd")
    for k in range(4):
        p.rule(90, y + 120 + 56 * k, 1150, y + 120 + 56 * k, 1)
    return p


def notepaper():
    """A letter on lined paper with a margin."""
    p = Page()
    for y in range(130, 1700, 48):
        p.rule(30, y, 1210, y, 1, 150)
    p.rule(150, 0, 150, 1754, 2, 100)
    p.text(175, 140, "Dear Julia,", 24)
    font, line, y = p.font(24), [], 188
    for word in " ".join(PROSE[2:6]).split():
        if font.getlength(" ".join(line + [word])) > 990:
            p.text(175, y, " ".join(line), 24)
            line, y = [], y + 48
        line.append(word)
    p.text(175, y, " ".join(line), 24)
    p.text(175, y + 96, "Yours, T.", 24)
    return p


def dotted_grid():
    """A table with dotted rulings and cells without text."""
    p = Page()
    y = p.prose(90, 1150, 100, PROSE[0])
    xs, ys = [90, 340, 500, 660, 930, 1150], [y + 40 + 46 * i for i in range(9)]
    p.rule(xs[0], ys[0], xs[-1], ys[0])
    p.rule(xs[0], ys[-1], xs[-1], ys[-1])
    for y in ys[1:-1]:
        for x in range(xs[0], xs[-1], 6):
            p.draw.rectangle((x, y, x + 1, y + 1), fill=60)
    for x in xs:
        for y in range(ys[0], ys[-1], 6):
            p.draw.rectangle((x, y, x + 1, y + 1), fill=60)
    cells(p, xs, ys, (("Boat", "Masts", "Crew", "Home port", "Built"), ("Alba", "2", "", "Lisbon", "1871"), ("Brise", "3", "14", "", "1866"), ("Cormoran", "", "4", "Bergen", ""),
                      ("Dora", "2", "9", "", "1902"), ("Esmeralda", "4", "31", "Cadiz", "1884"), ("Fulmar", "", "", "", "1911"), ("Gannet", "2", "7", "Hull", "")))
    p.prose(90, 1150, ys[-1] + 50, PROSE[1])
    return p


def pale_grid():
    """A table of mostly empty cells in pale rulings."""
    p = Page()
    y = p.prose(90, 1150, 100, PROSE[7])
    xs, ys = [90, 300, 430, 560, 690, 820, 1150], [y + 40 + 44 * i for i in range(9)]
    for x in xs:
        p.rule(x, ys[0], x, ys[-1], 1, 160)
    for y in ys:
        p.rule(xs[0], y, xs[-1], y, 1, 160)
    cells(p, xs, ys, (("Keeper", "Mo", "Tu", "We", "Th", "Remarks"), ("Lind", "2", "", "4", "", ""), ("Falk", "", "", "", "", "ill"), ("Kron", "", "3", "", "", ""),
                      ("Berg", "", "", "", "", ""), ("Moe", "1", "", "", "1", ""), ("Aas", "", "", "", "", ""), ("Dahl", "", "", "2", "", "late")))
    p.prose(90, 1150, ys[-1] + 50, PROSE[3])
    return p


def heads():
    """A table with heads in the middle over two and three columns."""
    p = Page(1240, 760)
    xs, ys = [90, 290, 430, 570, 710, 850, 1000, 1150], [90 + 48 * i for i in range(8)]
    for y in ys:
        p.rule(290 if y == ys[1] else 90, y, 1150, y)
    for i, x in enumerate(xs):
        p.rule(x, ys[0] if i in (0, 1, 3, 6, 7) else ys[1], x, ys[-1])
    p.text(190, ys[0] + 36, "District", 20, anchor="ma")
    for a, b, words in ((1, 3, "Wheat"), (3, 6, "Barley"), (6, 7, "Oats")):
        p.text((xs[a] + xs[b]) / 2, ys[0] + 11, words, 20, anchor="ma")
    cells(p, xs, ys[1:], (("", "2031", "2032", "2030", "2031", "2032", "2032"), ("Upper", "14", "7", "203", "188", "91", "9"), ("Lower", "22", "19", "117", "120", "64", "11"),
                          ("Coast", "3", "", "65", "71", "70", "2"), ("Capes", "8", "5", "", "12", "30", "1"), ("Sum", "47", "31", "385", "391", "255", "23")), middle=True)
    p.prose(90, 1150, 480, PROSE[5])
    return p


def duties():
    """A table whose cells wrap, with a ruling under each row."""
    p = Page()
    p.text(90, 80, "Duties at the light", 32, "Bd")
    rows = (("Lantern room and its stairs", "Cleaned twice a week with spirit and chamois; the glass is checked for cracks", "Salt dims the glass", "1871"),
            ("Fog bell", "Wound up at dusk", "", "1866"), ("Oil store beside the slip", "Barrels are counted on the first of each month, and the count is written down", "Theft in the year of the flood", "1902"),
            ("Boat shed", "Swept", "", "1903"), ("Signal mast and its ropes", "Greased in spring; ropes are turned end for end", "A fall in the storm of that year", "1884"))
    y = 160
    p.rule(90, y - 10, 1150, y - 10)
    for x, words in zip((90, 330, 720, 1040), ("Place", "Duty", "Reason", "Since")):
        p.text(x, y, words, 20, "Bd")
    y += 40
    for row in rows:
        p.rule(90, y - 8, 1150, y - 8, 1)
        y = max(p.prose(a, b, y, words, 20, justify=False, lead=1.25) for a, b, words in zip((90, 330, 720, 1040), (300, 690, 1010, 1150), row) if words) + 16
    p.rule(90, y - 8, 1150, y - 8)
    p.prose(90, 1150, y + 30, PROSE[6])
    return p


def weather():
    """A framed table with a turned label on its left and notes on its right."""
    p = Page()
    y = p.prose(90, 1150, 100, PROSE[4])
    xs, ys = [190, 420, 590, 760, 930], [y + 40 + 50 * i for i in range(7)]
    p.grid(xs, ys)
    cells(p, xs, ys, (("Month", "Rain", "Sun", "Wind"), ("January", "88", "41", "7.2"), ("February", "71", "66", "6.8"), ("March", "64", "120", "6.1"), ("April", "40", "171", "5.0"), ("May", "38", "204", "4.4")))
    label = turned(p, "Observations", 20, 90)
    p.image.paste(0, (140, ys[0] + 60), label)
    p.text(950, ys[2] + 14, "* high water", 17)
    p.text(950, ys[4] + 14, "* new gauge", 17)
    p.prose(90, 1150, ys[-1] + 50, PROSE[3])
    return p


def pleading():
    """A brief with numbered lines between rulings."""
    p = Page()
    for x in (190, 197, 1190):
        p.rule(x, 50, x, 1710, 2)
    for k in range(28):
        p.text(170, 140 + 55 * k, str(k + 1), 19, anchor="ra")
    font, y = p.font(21), 140
    p.text(220, y, "T. QUILL, for the sailmakers", 21)
    p.text(690, y + 110, "COURT OF THE HARBOR", 21, anchor="ma")
    line, y = [], y + 220
    for word in " ".join(PROSE[:5]).split():
        if font.getlength(" ".join(line + [word])) > 940:
            p.text(220, y, " ".join(line), 21)
            line, y = [], y + 55
        line.append(word)
    p.text(220, y, " ".join(line), 21)
    return p


def facing():
    """Two facing pages with their heads, one of them with a table."""
    p = Page(1754, 1240)
    for i, (a, b) in enumerate(((90, 800), (954, 1664))):
        p.text(a, 50, ("A pilot of the bay", "The second winter")[i], 18, "It")
        p.text(b, 50, str(112 + i), 18, anchor="ra")
        y = 110
        for k in range(5):
            if i == 1 and k == 2:
                xs, ys = [a, a + 230, a + 470, b], [y + 20 + 44 * j for j in range(5)]
                p.grid(xs, ys)
                cells(p, xs, ys, (("Wind", "Sea", "Boats"), ("west", "rough", "none"), ("north", "calm", "9"), ("east", "slight", "4")))
                y = ys[-1] + 30
            y = p.prose(a, b, y, PROSE[(4 * i + k) % 8], 20, indent=24)
    p.rule(877, 0, 877, 1240, 3, 140)
    return p


def marked():
    """A pale word behind the text, and a stamp along the right edge."""
    p = Page()
    word = turned(p, "SPARE COPY", 130, 42)
    p.image.paste(200, (620 - word.width // 2, 760 - word.height // 2), word)
    p.text(90, 90, "Minutes of the lamp board", 32, "Bd")
    y = 170
    for k in range(6):
        y = p.prose(90, 1080, y, PROSE[(k + 3) % 8], 20) + 26
    stamp = turned(p, "Received by the registry 17 May 1953", 22, -90)
    p.image.paste(0, (1150, 300), stamp)
    return p


PAGES = [weekly, broadsheet, notices, magazine, exam, worksheet, notepaper, dotted_grid, pale_grid, heads, duties, weather, pleading, facing, marked]

if __name__ == "__main__":
    for page in PAGES:
        page().save(page.__name__)
