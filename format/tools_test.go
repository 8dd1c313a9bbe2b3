package format_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// python is one that has the packages of testdata/requirements.txt.
func python(t *testing.T) string {
	t.Helper()
	path := os.Getenv("OCR_FORMATS_PYTHON")
	if path == "" {
		path, _ = filepath.Abs("../build/formats/bin/python3")
	}
	if _, err := os.Stat(path); err != nil {
		t.Skip("there is no Python with the packages of format/testdata/requirements.txt: run `make format-tools`, or name one in OCR_FORMATS_PYTHON")
	}
	return path
}

// check runs a program of Python on a document in a format.
func check(t *testing.T, format, program string, more ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sample."+format)
	if err := os.WriteFile(path, []byte(encode(t, format, sample())), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), python(t), append([]string{"-c", program, path}, more...)...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestDoclingCore loads a DoclingDocument with docling-core and wants what is in it.
func TestDoclingCore(t *testing.T) {
	check(t, "docling", `
import sys
from docling_core.types.doc import DoclingDocument
doc = DoclingDocument.load_from_json(sys.argv[1])
text = doc.export_to_markdown()
assert "# The title & more" in text.replace("&amp;", "&"), text
assert [t.label.value for t in doc.texts] == ["page_header", "title", "text", "text", "text", "formula", "text", "list_item", "list_item", "code", "text", "text", "footnote", "section_header"], [t.label.value for t in doc.texts]
assert "Chapter" not in text, text
table = doc.tables[0].data
assert (table.num_rows, table.num_cols) == (3, 3) and table.grid[0][1].col_span == 2 and table.grid[2][0].text == "b c" and table.grid[0][0].column_header, table
assert doc.pictures[0].image.uri.unicode_string().startswith("data:image/png")
assert doc.pages[1].size.width == 200 and doc.texts[2].prov[0].bbox.t == 90
doc.export_to_html(); doc.export_to_doctags(); list(doc.iterate_items())
`)
}

// TestHOCRTools reads hOCR with hocr-tools, and wants the words that were seen at their places.
func TestHOCRTools(t *testing.T) {
	check(t, "hocr", `
import re, subprocess, sys, os
from lxml import html
doc = html.parse(sys.argv[1])
words = doc.xpath("//*[@class='ocrx_word']")
found = {w.text: re.search(r"bbox (\d+ \d+ \d+ \d+)", w.get("title")).group(1) for w in words}
assert found["words"] == "50 90 100 100", found
tool = os.path.join(os.path.dirname(sys.executable), "hocr-lines")
lines = subprocess.run([sys.executable, tool, sys.argv[1]], capture_output=True, text=True, check=True).stdout
assert "two words" in lines and "upwards" in lines, lines
tool = os.path.join(os.path.dirname(sys.executable), "hocr-check")
checked = subprocess.run([sys.executable, tool, "-o", sys.argv[1]], capture_output=True, text=True)
assert checked.returncode == 0 and "fail" not in (checked.stdout + checked.stderr).lower(), checked
`)
}

// TestALTOSchema validates ALTO by its schema, which is not ours to bring along: the file
// v4/alto-4-4.xsd of github.com/altoxml/schema. What it takes from XLink is not used.
func TestALTOSchema(t *testing.T) {
	schema := os.Getenv("OCR_ALTO_XSD")
	if schema == "" {
		t.Skip("name alto-4-4.xsd in OCR_ALTO_XSD")
	}
	check(t, "alto", `
import re, sys
from lxml import etree
source = open(sys.argv[2], encoding="utf-8").read()
source = re.sub(r"<xsd:import [^>]*/>", "", source)
source = re.sub(r'<xsd:attributeGroup ref="xlink:simpleLink"\s*(/>|>.*?</xsd:attributeGroup>)', "", source, flags=re.S)
schema = etree.XMLSchema(etree.fromstring(source.encode()))
schema.assertValid(etree.parse(sys.argv[1]))
`, schema)
}

// TestHTMLValidator has the W3C's validator look at HTML.
func TestHTMLValidator(t *testing.T) {
	validator, err := filepath.Abs("../build/vnu/node_modules/vnu-jar/build/dist/vnu.jar")
	if err != nil {
		t.Fatal(err)
	}
	java, err := exec.LookPath("java")
	if _, missing := os.Stat(validator); err != nil || missing != nil {
		t.Skip("there is no validator of HTML, or no Java: run `make format-tools`, with npm")
	}
	path := filepath.Join(t.TempDir(), "sample.html")
	if err := os.WriteFile(path, []byte(encode(t, "html", sample())), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), java, "-jar", validator, "--errors-only", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
