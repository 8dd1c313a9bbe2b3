"""Makes the files of this folder: see README.md."""
import io, random, struct
import numpy as np
import pikepdf, pillow_heif, tifffile
from PIL import Image, PngImagePlugin
from pikepdf import Array, Dictionary, Name, Stream, String
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

W, H = 48, 32
RED, GREEN, BLUE, WHITE = (200, 0, 0), (0, 160, 0), (0, 0, 200), (255, 255, 255)


def quarters():
    """Red and green above blue and white."""
    a = np.zeros((H, W, 3), np.uint8)
    a[: H // 2, : W // 2], a[: H // 2, W // 2:] = RED, GREEN
    a[H // 2:, : W // 2], a[H // 2:, W // 2:] = BLUE, WHITE
    return a


rgb = quarters()
image = Image.fromarray(rgb)
gray = np.array(image.convert("L"))
bilevel = np.full((H, W), 255, np.uint8)
bilevel[: H // 2, : W // 2] = 0

# How a camera stores the picture that EXIF orientation n turns back to `image`.
STORED = {
    1: lambda i: i,
    2: lambda i: i.transpose(Image.FLIP_LEFT_RIGHT),
    3: lambda i: i.transpose(Image.ROTATE_180),
    4: lambda i: i.transpose(Image.FLIP_TOP_BOTTOM),
    5: lambda i: i.transpose(Image.TRANSPOSE),
    6: lambda i: i.transpose(Image.ROTATE_90),
    7: lambda i: i.transpose(Image.TRANSVERSE),
    8: lambda i: i.transpose(Image.ROTATE_270),
}


def exif(n):
    e = Image.Exif()
    e[0x0112] = n
    return e


def pictures():
    for n in range(1, 9):
        STORED[n](image).save(f"exif{n}.jpg", quality=95, subsampling=0, exif=exif(n))
    STORED[6](image).save("exif6.png", exif=exif(6))
    STORED[6](image).save("exif6.webp", lossless=True, exif=exif(6))
    image.save("plain.png")
    image.save("plain.bmp")
    image.save("plain.gif")
    image.save("plain.webp", lossless=True)
    image.save("lossy.webp", quality=95)
    image.save("plain.avif", quality=95, subsampling="4:4:4")
    STORED[6](image).save("exif6.avif", quality=95, subsampling="4:4:4", exif=exif(6))
    STORED[5](image).save("exif5.avif", quality=95, subsampling="4:4:4", exif=exif(5))
    image.save("progressive.jpg", quality=95, subsampling=0, progressive=True)
    image.convert("CMYK").save("cmyk.jpg", quality=95)
    image.save("mpo.jpg", format="MPO", save_all=True, quality=95, subsampling=0,
               append_images=[Image.new("RGB", (W, H), "black")])
    image.convert("P", palette=Image.ADAPTIVE).save("palette.png")
    Image.fromarray(gray.astype(np.uint16) * 257).save("gray16.png")
    Image.fromarray(bilevel).convert("1").save("bilevel.png")
    image.save("animated.gif", save_all=True, append_images=[Image.new("RGB", (W, H), "black")], duration=100)
    image.save("animated.webp", save_all=True, lossless=True,
               append_images=[Image.new("RGB", (W, H), "black")], duration=100)
    for name, ink in ("dark", 0), ("pale", 255):
        a = np.zeros((H, W, 4), np.uint8)
        a[:, :, :3] = ink
        a[: H // 2, : W // 2, 3] = 255
        Image.fromarray(a, "RGBA").save(f"{name}_on_transparent.png")
        Image.fromarray(a, "RGBA").save(f"{name}_on_transparent.webp", lossless=True)
    pillow_heif.register_heif_opener()
    big = image.resize((W * 4, H * 4), Image.NEAREST)
    big.save("plain.heic", quality=95, chroma=444)
    STORED[6](big).save("irot6.heic", quality=95, chroma=444, exif=exif(6).tobytes())
    STORED[5](big).save("irot5.heic", quality=95, chroma=444, exif=exif(5).tobytes())


def tiffs():
    t = lambda name, data, **kw: tifffile.imwrite(name + ".tif", data, **kw)
    meta = dict(metadata=None)
    for c in "lzw", "adobe_deflate", "packbits":
        t(c, rgb, photometric="rgb", compression=c, **meta)
    t("lzw_predictor", rgb, photometric="rgb", compression="lzw", predictor=2, **meta)
    image.save("jpeg.tif", compression="jpeg", quality=95)
    Image.fromarray(gray).save("jpeg_gray.tif", compression="jpeg", quality=95)
    old_jpeg("old_jpeg.tif")
    t("tiled", rgb, photometric="rgb", tile=(16, 16), compression="adobe_deflate", **meta)
    t("rgb16", rgb.astype(np.uint16) * 257, photometric="rgb", **meta)
    t("rgb16be", rgb.astype(np.uint16) * 257, photometric="rgb", byteorder=">", **meta)
    t("gray16", gray.astype(np.uint16) * 257, photometric="minisblack", **meta)
    t("gray", gray, photometric="minisblack", compression="lzw", **meta)
    t("white_is_zero", 255 - gray, photometric="miniswhite", **meta)
    image.convert("CMYK").save("cmyk.tif")
    image.convert("P", palette=Image.ADAPTIVE).save("palette.tif")
    one = Image.fromarray(bilevel).convert("1")
    for c in "group3", "group4":
        one.save(f"{c}.tif", compression=c)
    a = np.dstack([rgb, np.full((H, W), 255, np.uint8)])
    a[H // 2:, W // 2:, 3] = 0
    t("alpha", a, photometric="rgb", extrasamples=["unassalpha"], **meta)
    for n in 3, 6:
        STORED[n](image).save(f"orientation{n}.tif", tiffinfo={0x0112: n}, dpi=(300, 300))
    image.save("pages.tif", save_all=True, append_images=[Image.new("RGB", (W, H), "black"), one])


def old_jpeg(name):
    """JPEG as TIFF 6.0 first had it (compression 6): a whole JPEG file that tags point to."""
    jpeg = io.BytesIO()
    image.save(jpeg, "JPEG", quality=95, subsampling=0)
    jpeg = jpeg.getvalue()
    tags = [(256, 3, W), (257, 3, H), (258, 3, 8), (259, 3, 6), (262, 3, 6), (273, 4, 8), (277, 3, 3), (278, 3, H),
            (279, 4, len(jpeg)), (284, 3, 1), (513, 4, 8), (514, 4, len(jpeg))]
    at = 8 + len(jpeg) + len(jpeg) % 2
    out = b"II*\0" + struct.pack("<I", at) + jpeg + b"\0" * (len(jpeg) % 2) + struct.pack("<H", len(tags))
    out += b"".join(struct.pack("<HHII", t, kind, 1, v) for t, kind, v in tags) + struct.pack("<I", 0)
    open(name, "wb").write(out)


def form_pdf(appearances):
    """A filled text field, a checked box and a square annotation on an empty page."""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    page = pdf.add_blank_page(page_size=(200, 200)).obj

    def form(w, h, content):
        s = Stream(pdf, content)
        s.Type, s.Subtype, s.BBox = Name.XObject, Name.Form, Array([0, 0, w, h])
        s.Resources = Dictionary(Font=Dictionary(Helv=font))
        return s

    text = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("WWWWWWWW"),
                      DA=String("/Helv 16 Tf 0 g"), Rect=Array([20, 150, 180, 180]), F=4)
    box = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Btn, T=String("agree"), V=Name.Yes, AS=Name.Yes,
                     Rect=Array([20, 100, 40, 120]), F=4)
    square = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([20, 20, 120, 60]), C=Array([1, 0, 0]),
                        IC=Array([1, 0, 0]), F=4)
    box.AP = Dictionary(N=Dictionary(Yes=form(20, 20, b"0 g 2 2 16 16 re f"), Off=form(20, 20, b"")))
    if appearances:
        text.AP = Dictionary(N=form(160, 30, b"/Tx BMC BT /Helv 16 Tf 4 8 Td (WWWWWWWW) Tj ET EMC"))
        square.AP = Dictionary(N=form(100, 40, b"1 0 0 rg 0 0 100 40 re f"))
    page.Annots = Array([pdf.make_indirect(x) for x in (text, box, square)])
    pdf.Root.AcroForm = Dictionary(Fields=Array(list(page.Annots)[:2]), DR=Dictionary(Font=Dictionary(Helv=font)),
                                   DA=String("/Helv 16 Tf 0 g"), NeedAppearances=not appearances)
    return pdf


def pdfs():
    form_pdf(True).save("form.pdf")
    form_pdf(False).save("form_without_appearances.pdf")
    e = lambda user, owner, r: pikepdf.Encryption(user=user, owner=owner, R=r, aes=r > 3, metadata=r > 3)
    for r in 3, 4, 6:
        form_pdf(True).save(f"user_r{r}.pdf", encryption=e("geheim", "besitzer", r))
    form_pdf(True).save("owner_r6.pdf", encryption=e("", "besitzer", 6))
    dense(4, 200)


def dense(texts, pages):
    """A4 pages full of 9-point text; few texts in turn, so that the file is small."""
    rng = random.Random(1)
    words = "the quick brown fox jumps over lazy dogs while seventeen wizards brew potent mixtures of quartz judging by taste".split()
    buffer = io.BytesIO()
    c = canvas.Canvas(buffer, pagesize=A4)
    for _ in range(texts):
        c.setFont("Times-Roman", 9)
        for line in range(70):
            c.drawString(50, 800 - 11 * line, " ".join(rng.choice(words) for _ in range(19)))
        c.showPage()
    c.save()
    source, pdf = pikepdf.open(buffer), pikepdf.new()
    for i in range(pages):
        pdf.pages.append(source.pages[i % texts])
    pdf.save("dense.pdf", object_stream_mode=pikepdf.ObjectStreamMode.generate)


pictures()
tiffs()
pdfs()
