"""Writes a PDF of N A4 pages of plain text, with nothing but Python. Usage: make_pdf.py N FILE"""

import sys

count, path = int(sys.argv[1]), sys.argv[2]
lines = "".join(f"(Line {i}: plain text for a load run, about as long as a line of a letter usually is.) Tj T*\n" for i in range(1, 49))
content = f"BT /F 11 Tf 15 TL 60 800 Td\n{lines}ET".encode()
objects = [
    b"<< /Type /Catalog /Pages 2 0 R >>",
    f"<< /Type /Pages /Count {count} /Kids [{' '.join(f'{i + 5} 0 R' for i in range(count))}] >>".encode(),
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
] + [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F 3 0 R >> >> /Contents 4 0 R >>"] * count
with open(path, "wb") as out:
    out.write(b"%PDF-1.4\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    xref = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.writelines(b"%010d 00000 n \n" % o for o in offsets)
    out.write(b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref))
