"""The words of the sample documents. They are our own and in the public domain (CC0 1.0)."""

TITLE = "From Pages to Text"
BYLINE = "A short account of how a document is read"

# Page 1: (heading, paragraphs), set in two columns.
ARTICLE = [
    ("What goes in", [
        "A document reaches the gateway as a stream of bytes. Nothing is known about it "
        "yet, so nothing is taken on trust: neither its name, nor the type that the sender "
        "claims, nor the number of pages that it says it has. The first bytes decide "
        "whether it is a PDF or one of the image formats, and everything else is refused "
        "with a message that says what would have been accepted.",
        "Large uploads are written to disk as they arrive, because forty people may send "
        "a scanned book at the same moment. Small ones stay in memory. Either way the "
        "bytes are counted and hashed once, and the limit on their number is checked "
        "while they come in rather than after.",
    ]),
    ("Making pictures", [
        "Each page is drawn as a picture of about two million dots. Form fields, ticked "
        "boxes and notes in the margin are drawn too, since a reader would see them. This "
        "work happens in a separate process with a limit on memory and time. If a damaged "
        "file stops that process, one page is lost and the reason is kept; the other pages "
        "go on as if nothing had happened.",
        "Pictures of very large sheets are made smaller before they are drawn, and the answer "
        "says so. Two million dots are enough for print of ordinary size; for very small print "
        "the sender can ask for a finer picture, up to the limit that the operator has set.",
    ]),
    ("Finding the parts", [
        "A page is more than lines of words. There are titles, columns, tables, pictures "
        "and notes at the foot. The layout step finds these parts and puts them in the "
        "order in which a person would read them. With two columns, as here, the left one "
        "is read to its end before the right one begins. A program that sorts lines only "
        "by their height would mix the two, and the result would make no sense at all.",
    ]),
    ("Reading the words", [
        "Only now are letters recognised. Every part is cut out of the page and handed to "
        "an engine, and many parts are read at once. The engine answers with text and, "
        "where it can measure it, with a number that says how sure it is. That number is "
        "never invented: an engine that cannot measure its own certainty leaves the place "
        "empty.",
    ]),
    ("What comes out", [
        "The parts are joined to paragraphs, the paragraphs to pages and the pages to a "
        "document. Each page that was asked for is accounted for: it was read, or it "
        "failed, and then the answer says why. A client that is in a hurry can take every "
        "page as soon as it is finished. Another can wait for the whole and choose between "
        "plain text, Markdown and several other formats.",
        "When the client goes away, the work for it stops as well. Nobody pays for pages "
        "that nobody will read.",
    ]),
]

# Page 2: a ruled table and a paragraph.
TABLE_TITLE = "Limits and their defaults"
TABLE_INTRO = (
    "Every limit can be changed in the configuration. When a request goes over one of them, "
    "the answer names the limit, its value and the way to stay below it."
)
TABLE = [
    ["Limit", "Unit", "Default", "Largest"],
    ["Upload size", "MiB", "50", "2048"],
    ["Pages in a document", "pages", "500", "5000"],
    ["Pixels in an image", "million", "100", "400"],
    ["Resolution", "dpi", "144", "600"],
    ["Time for a page", "seconds", "30", "300"],
    ["Requests at once", "requests", "64", "1024"],
]
TABLE_OUTRO = (
    "The defaults suit a machine with two cores and four gigabytes of memory. A larger machine "
    "can take more requests at once; a smaller one should take fewer."
)

# Page 3: a form. The answers are form fields, not page content.
FORM_TITLE = "Request for a copy"
FORM_INTRO = "Please fill in this form and hand it in at the reading room."
FORM_FIELDS = [("Name:", "Maria Lindqvist"), ("Department:", "Map collection"), ("Shelf mark:", "KB 4127-B")]
FORM_CHECKED = "I need the copy in colour"
FORM_UNCHECKED = "I need a certified copy"
FORM_NOTE = "Approved on 12 May"  # a free text annotation

# sample.png: one page that gives names, dates and amounts to look for.
INVOICE_TITLE = "INVOICE"
INVOICE_SENDER = ["Harbour Street Bindery", "17 Harbour Street", "Whitby"]
INVOICE_KEYS = [
    ("Invoice number:", "2025-0417"),
    ("Date:", "14 March 2025"),
    ("Customer:", "Eskdale Library"),
]
INVOICE_TEXT = [
    "Thank you for your order. The volumes were rebound in",
    "linen and returned to you on 12 March.",
]
INVOICE_ITEMS = [
    ["Item", "Quantity", "Amount"],
    ["Rebinding in linen", "12", "384.00"],
    ["New endpapers", "12", "54.00"],
    ["Gold lettering", "3", "27.50"],
]
INVOICE_TOTAL = ("Total:", "465.50 GBP")
INVOICE_END = "Payment is due within 30 days."

# sample-scan.pdf: lines as they stand on the sheet.
SCAN_TITLE = "Notes on scanning"
SCAN_LINES = [
    "A scanner rarely sees a sheet of paper as straight",
    "as its author did. The sheet lies a little askew, dust",
    "leaves specks, and the lamp is brighter in the middle.",
    "",
    "Good practice is simple. Clean the glass, align the",
    "sheet with the edge and choose 300 dots per inch for",
    "small print. Grey is better than black and white,",
    "because thin strokes keep their shape.",
    "",
    "This page was tilted by one degree and a half, made",
    "soft and sprinkled with noise. There is no text",
    "behind the picture: whoever wants the words has to",
    "read them.",
]

ENCRYPTED_PASSWORD = "secret"
ENCRYPTED_TITLE = "Sealed page"
ENCRYPTED_TEXT = "Whoever reads this sentence knew the password of the document."

PROVISION_LINES = [
    "Delivery note 4711",
    "Three boxes of type B arrived on Monday.",
    "Total weight: 12.5 kg",
]
