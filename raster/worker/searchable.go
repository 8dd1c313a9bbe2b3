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
	object int // of the font
}

// newTextLayer begins one. It refuses documents that may not be changed.
func newTextLayer(reader pageReader) (*textLayer, error) {
	pdf, ok := reader.(pdfReader)
	if !ok {
		return nil, wire.ErrPacket
	}
	if may, err := pdf.doc.MayEdit(); err != nil || !may {
		return nil, errors.Join(errForbidden, err)
	}
	object, err := pdf.doc.NewObject()
	if err != nil {
		return nil, err
	}
	return &textLayer{pdf.doc, searchable.NewFont(), object}, nil
}

// errForbidden means that the author of a PDF has forbidden to change it.
var errForbidden = errors.New("the document may not be changed")

// add adds the words of a page, as the gateway has packed them.
func (t *textLayer) add(number int, packed []byte) error {
	var page searchable.Page
	if err := json.Unmarshal(packed, &page); err != nil {
		return fmt.Errorf("words: %w", err)
	}
	frame, err := t.doc.Frame(number)
	if err != nil {
		return err
	}
	letters, err := t.doc.Letters(number)
	if err != nil {
		return err
	}
	there := make([]searchable.Letter, len(letters))
	for i, l := range letters {
		there[i] = searchable.Letter(l)
	}
	name, err := t.fontName(number)
	if err != nil {
		return err
	}
	content := t.font.Content(page, searchable.Frame(frame), there, name)
	if content == nil {
		return nil
	}
	return t.doc.AddContent(number, pack(content), name, t.object)
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
func (w *worker) addWords(req *wire.Request) (err error) {
	if req.Bytes > uint64(len(w.pix)) {
		return wire.ErrPacket
	}
	if w.layer == nil {
		if w.layer, err = newTextLayer(w.reader); err != nil {
			return err
		}
	}
	return w.layer.add(int(req.Page), w.pix[:req.Bytes])
}

func (w *worker) savePDF(rep *wire.Reply) error {
	if w.layer == nil {
		return wire.ErrPacket
	}
	size, appended, err := w.layer.save(w.original, w.pix)
	rep.Bytes = uint64(size)
	if appended {
		rep.Appended = 1
	}
	return err
}
