"""Draws forms, bills and lists for the goldens of layout/geometry, in which several tables
stand close together. The words are our own and in the public domain (CC0 1.0); the output
is the same bytes on every run. Run: python papers.py
"""

from pages import Page


def row(page, y, entries, size=20, style="", ink=None):
    """Writes words at left edges, or up to right edges given as negative numbers."""
    for x, words in entries:
        page.text(abs(x), y, words, size, style, "la" if x > 0 else "ra", ink)


def table(page, y, edges, rows, pitch=38, head="Bd", lines=True):
    for j, entries in enumerate(rows):
        row(page, y + j * pitch + 8, list(zip(edges, entries)), style=head if j == 0 else "")
        if lines:
            page.rule(60, y + (j + 1) * pitch, 1180, y + (j + 1) * pitch, 1, 120)
    return y + len(rows) * pitch


def way_bill():
    """Boxes of a form above a list of goods and below it, with other columns."""
    p = Page(height=1100)
    p.text(60, 50, "INLAND WAY BILL", 28, "Bd")
    ys = [110, 250, 390, 490]
    p.grid([60, 620, 1180], ys)
    boxes = [
        ("1 Sender (name, place)", "Harbour Candle Works", "Quay 7", "Sandwick"),
        ("2 Carrier (name, place)", "Needle and Sons", "Ferry Lane 12", "Quarry Point"),
        ("3 Consignee (name, place)", "Orchard Stores", "Main Street 40", "Hollow"),
        ("4 Successive carriers", "none"),
        ("5 Place of delivery of the goods", "Hollow"),
        ("6 Documents attached", "Packing list"),
    ]
    for k, lines in enumerate(boxes):
        for n, words in enumerate(lines):
            p.text(72 + 560 * (k % 2), ys[k // 2] + 8 + n * 30, words, 20 if n else 15)
    xs = [60, 250, 420, 600, 800, 1000, 1180]
    p.grid(xs, [504, 550, 596, 642, 688])
    goods = [
        ("Marks", "Packages", "Packing", "Goods", "Weight", "Volume"),
        ("HC 1-16", "16", "pallets", "Candles", "11 840", "13.4"),
        ("HC 17-22", "6", "pallets", "Lanterns", "1 960", "4.1"),
        ("Total", "22", "", "", "13 800", "17.5"),
    ]
    for j, words in enumerate(goods):
        for x, word in zip(xs, words):
            p.text(x + 12, 514 + 46 * j, word)
    p.grid([60, 620, 1180], [702, 800, 900])
    for k, lines in enumerate([("7 Instructions", "Keep dry"), ("8 Agreements", "Vehicle 4471 KPT"), ("9 Payment", "Paid by the sender"), ("10 Signature",)]):
        for n, words in enumerate(lines):
            p.text(72 + 560 * (k % 2), [702, 800][k // 2] + 8 + n * 30, words, 20 if n else 15)
    return p


def water_bill():
    """Three tables under headings, which the model takes for one."""
    p = Page(height=1200)
    p.text(60, 60, "Your use of water", 24, "Bd")
    p.grid([60, 330, 610, 890, 1180], [100, 142, 184])
    for j, words in enumerate([("Meter", "Reading before", "Reading now", "Used"), ("D18 0933", "1 284", "1 338", "54")]):
        for x, word in zip([60, 330, 610, 890], words):
            p.text(x + 12, 109 + 42 * j, word, 20, "" if j else "Bd")
    p.text(60, 226, "What it costs", 24, "Bd")
    p.rule(60, 262, 1180, 262, 1, 120)
    y = table(p, 262, [66, -640, -820, -980, -1170], [
        ("", "Quantity", "Price", "Net", "Total"),
        ("Water from the works",),
        ("Standing charge", "1", "24.60", "24.60", "25.95"),
        ("Use", "54", "1.372", "74.09", "78.16"),
        ("Waste water and its treatment",),
        ("Standing charge", "1", "11.20", "11.20", "12.32"),
        ("Use", "54", "0.926", "50.00", "55.00"),
        ("Total", "", "", "", "171.43"),
    ])
    p.text(60, y + 46, "Readings of the last months", 24, "Bd")
    p.rule(60, y + 84, 1180, y + 84, 1, 120)
    table(p, y + 84, [66, 260, -560, -760, -960, -1170], [
        ("Day", "Kind", "Reading", "Used", "Factor", "Per day"),
        ("31 March", "read", "1 299", "15", "1.01", "0.49"),
        ("30 April", "guessed", "1 318", "19", "1.01", "0.63"),
        ("31 May", "read", "1 338", "20", "1.01", "0.65"),
    ])
    return p


def blood_count():
    """A list with the names of groups, and text below it."""
    p = Page(height=1150)
    row(p, 70, [(60, "Name"), (250, "Ann Needle"), (660, "Sample"), (860, "L 118840")])
    row(p, 104, [(60, "Born"), (250, "3 September 1962"), (660, "Taken"), (860, "11 April")])
    p.rule(60, 160, 1180, 160)
    row(p, 172, [(60, "Test"), (430, "Result"), (560, "Flag"), (660, "Unit"), (860, "Range")], style="Bd")
    p.rule(60, 208, 1180, 208)
    tests = [
        ("COUNT OF BLOOD CELLS",), ("White cells", "6.8", "", "per nl", "4.0 - 10.5"), ("Red cells", "3.91", "L", "per pl", "4.10 - 5.10"), ("Platelets", "271", "", "per nl", "150 - 400"),
        ("CHEMISTRY OF THE BLOOD",), ("Sodium", "139", "", "mmol/l", "136 - 145"), ("Potassium", "4.6", "", "mmol/l", "3.5 - 5.1"), ("Glucose", "97", "", "mg/dl", "70 - 99"),
        ("FATS",), ("Cholesterol", "231", "H", "mg/dl", "below 200"), ("Triglycerides", "126", "", "mg/dl", "below 150"),
    ]
    for j, words in enumerate(tests):
        row(p, 220 + 34 * j, list(zip([60, 430, 560, 660, 860], words)), style="Bd" if len(words) == 1 else "")
    p.text(60, 640, "Comment", 22, "Bd")
    y = p.prose(60, 1180, 680, "Slightly few red cells; another sample in four to six weeks would tell whether that lasts. Results with a letter are outside of what is usual for the age.", 20, justify=False)
    row(p, y + 40, [(60, "Signed by"), (-1180, "Page 1 of 1")])
    p.text(60, y + 74, "Kettle, head of the laboratory", 20)
    return p


def dark_head():
    """A head in light print on a dark ground right below other entries, and rulings between rows."""
    p = Page(height=700)
    for j, words in enumerate([("Policy", "WH 7734", "From", "1 June"), ("Holder", "P. Meadow", "Until", "31 May"), ("Paid", "each year", "Account", "4418 207")]):
        row(p, 70 + 36 * j, list(zip([60, 250, 660, 860], words)))
    p.text(60, 214, "What is covered", 24, "Bd")
    xs = [72, 430, -760, -960, -1168]
    p.draw.rectangle((60, 256, 1180, 300), fill=40)
    row(p, 266, list(zip(xs, ("Cover", "Terms", "Sum", "Excess", "Premium"))), style="Bd", ink=255)
    for j, words in enumerate([("House", "WO 24", "418 000", "150", "154.10"), ("Contents", "WI 24", "96 500", "150", "71.88"), ("Glass", "WG 23", "no limit", "none", "18.40"), ("Liability", "AVP 24", "2 500 000", "100", "14.00")]):
        row(p, 310 + 44 * j, list(zip(xs, words)))
        p.rule(60, 344 + 44 * j, 1180, 344 + 44 * j, 1, 150)
    return p


PAGES = [way_bill, water_bill, blood_count, dark_head]

if __name__ == "__main__":
    for page in PAGES:
        page().save(page.__name__)
