package worker

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"errors"
	"fmt"

	"ocr-gateway/raster/mupdf"
	"ocr-gateway/raster/searchable"
	"ocr-gateway/raster/wire"
)

// textLayer is the invisible text that is added to the child's PDF.
type textLayer struct {
	doc    *mupdf.Document
	font   *searchable.Font
	object int // of the font; 0 before there is any text
}

// errForbidden means that the author of a PDF has forbidden to change it.
var errForbidden = errors.New("the document may not be changed")

// add adds the words of a page, as the gateway has packed them, that are not there. added says
// that there are any.
func (t *textLayer) add(number int, packed []byte) (added bool, err error) {
	var page searchable.Page
	if err := json.Unmarshal(packed, &page); err != nil {
		return false, fmt.Errorf("words: %w", err)
	}
	name, err := t.fontName(number)
	if err != nil {
		return false, err
	}
	content, err := t.content(number, page, name)
	if err != nil || content == nil {
		return false, err
	}
	if t.object == 0 {
		if err := t.begin(); err != nil {
			return false, err
		}
	}
	return true, t.doc.AddContent(number, pack(content), name, t.object)
}

// content writes the words of a page that are not there; nil for none.
func (t *textLayer) content(number int, page searchable.Page, fontName string) ([]byte, error) {
	frame, err := t.doc.Frame(number)
	if err != nil {
		return nil, err
	}
	letters, err := t.doc.Letters(number)
	if err != nil {
		return nil, err
	}
	there := make([]searchable.Letter, len(letters))
	for i, l := range letters {
		there[i] = searchable.Letter(l)
	}
	return t.font.Content(page, searchable.Frame(frame), there, fontName), nil
}

// begin makes room for the font. It refuses documents that may not be changed.
func (t *textLayer) begin() error {
	may, err := t.doc.MayEdit()
	if err == nil && !may {
		err = errForbidden
	}
	if err == nil {
		t.object, err = t.doc.NewObject()
	}
	return err
}

// fontName is one that no font of the page has.
func (t *textLayer) fontName(page int) (string, error) {
	for i := 0; ; i++ {
		name := fmt.Sprintf("Invisible%d", i)
		if has, err := t.doc.HasFont(page, name); err != nil || !has {
			return name, err
		}
	}
}

// save writes the document to out: see mupdf.Document.Save.
func (t *textLayer) save(original int, out []byte) (size int, appended bool, err error) {
	program := searchable.Program()
	err = t.doc.SetFont(t.object, mupdf.Font{
		Name: searchable.FontName, Advance: searchable.Advance, Length: len(program),
		Program: pack(program), Glyphs: pack(t.font.Glyphs()), Unicode: pack(t.font.Unicode()),
	})
	if err != nil {
		return 0, false, err
	}
	return t.doc.Save(original, out)
}

func pack(data []byte) []byte {
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	_, _ = w.Write(data) // to memory: it cannot fail
	w.Close()
	return packed.Bytes()
}

// addWords is OpWords, and savePDF OpSave.
func (w *worker) addWords(req *wire.Request, rep *wire.Reply) error {
	pdf, ok := w.reader.(pdfReader)
	if !ok || req.Bytes > uint64(len(w.pix)) {
		return wire.ErrPacket
	}
	if w.layer == nil {
		w.layer = &textLayer{doc: pdf.doc, font: searchable.NewFont()}
	}
	added, err := w.layer.add(int(req.Page), w.pix[:req.Bytes])
	if added {
		rep.Added = 1
	}
	return err
}

func (w *worker) savePDF(rep *wire.Reply) error {
	if w.layer == nil || w.layer.object == 0 {
		return wire.ErrPacket
	}
	size, appended, err := w.layer.save(w.original, w.pix)
	rep.Bytes = uint64(size)
	if appended {
		rep.Appended = 1
	}
	return err
}
