package form_test

import (
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"

	"ocr-gateway/server/form"
)

// nested is a body of another API, as its door describes it.
type nested struct {
	Model string `json:"model"`
	Items []struct {
		File form.FileValue `json:"file"`
	} `json:"items"`
	Files []form.FileValue `json:"files"`
}

func TestForeignJSON(t *testing.T) {
	d := form.Decoder{MaxBytes: 1 << 20, TempDir: t.TempDir()}
	body := `{"items":[{"file":"JVBERg=="},{"file":null},{"file":"https://a\/b?c=é"},{}],"model":"m\"","files":["data:image/png;base64,eHk=","eg"]}`
	var got nested
	f, err := d.JSON(strings.NewReader(body), []string{"file", "files"}, &got)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var files []string
	for _, src := range f.Sources {
		b, err := io.ReadAll(src.Reader())
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, string(b))
	}
	if want := []string{"%PDF", "xy", "z"}; !reflect.DeepEqual(files, want) {
		t.Errorf("files %q, want %q", files, want)
	}
	if got.Model != `m"` || got.Items[0].File.Source != 1 || got.Items[1].File != (form.FileValue{}) || got.Items[3].File != (form.FileValue{}) ||
		got.Files[0].Source != 2 || got.Files[1].Source != 3 || !strings.HasPrefix(got.Items[2].File.Address, "https://a/b?c=") {
		t.Errorf("the rest is %+v", got)
	}
}

// TestForeignLimit holds for all files together.
func TestForeignLimit(t *testing.T) {
	d := form.Decoder{MaxBytes: 10, TempDir: t.TempDir()}
	if _, err := d.JSON(strings.NewReader(`{"files":["MDEyMzQ1","MDEyMzQ1"]}`), []string{"files"}, &nested{}); err == nil || !strings.Contains(err.Error(), "limit of 10 bytes") {
		t.Errorf("two files of 6 bytes give %v", err)
	}
	body := part(`name="f"; filename="a"`, "012345") + part(`name="f"; filename="b"`, "012345") + "--b--"
	if _, err := d.Form(multipartForm, "f", strings.NewReader(body)); err == nil || !strings.Contains(err.Error(), "limit of 10 bytes") {
		t.Errorf("two parts of 6 bytes give %v", err)
	}
}

func TestForeignForm(t *testing.T) {
	d := form.Decoder{MaxBytes: 1 << 20, TempDir: t.TempDir()}
	body := part(`name="a"`, "1") + part(`name="f"; filename="x/y.pdf"`, "%PDF") + part(`name="a"`, "2") + "--b--\r\n"
	f, err := d.Form(multipartForm, "f", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !reflect.DeepEqual(f.Values["a"], []string{"1", "2"}) || len(f.Sources) != 1 || f.Sources[0].Name != "y.pdf" {
		t.Errorf("values %v, files %v", f.Values, f.Sources)
	}
	for says, bad := range map[string]string{
		"read from field":   part(`name="g"; filename="x"`, "%PDF") + "--b--",
		"is empty":          part(`name="f"; filename="x"`, "") + "--b--",
		"not valid UTF-8":   part(`name="a"`, "\xff") + "--b--",
		"longer than":       part(`name="a"`, strings.Repeat("x", 1<<20+1)) + "--b--",
		"more than 1000":    strings.Repeat(part(`name="a"`, ""), 1001) + "--b--",
		"damaged or ends":   part(`name="a"`, "1"),
		"is not supported;": "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\nContent-Transfer-Encoding: uu\r\n\r\nx\r\n--b--",
	} {
		if f, err := d.Form(multipartForm, "f", strings.NewReader(bad)); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q is not said of %.60q: %v, %v", says, bad, f, err)
		}
	}
}

// FuzzForeignJSON: what is read is JSON, and no file's number leads nowhere.
func FuzzForeignJSON(f *testing.F) {
	for _, seed := range []string{`{"files":["eA=="],"items":[{"file":"eA"}]}`, `{"file":"http://a"}`, `{"items":[[[]]],"model":"\u00e9"}`, `{"file":"\ud800"}`, `{`, `{"a":1e9,}`} {
		f.Add(seed)
	}
	d := form.Decoder{MaxBytes: 1 << 16}
	f.Fuzz(func(t *testing.T, body string) {
		var got nested
		sent, err := d.JSON(strings.NewReader(body), []string{"file", "files"}, &got)
		if err != nil {
			return
		}
		defer sent.Close()
		if !json.Valid([]byte(strings.TrimPrefix(body, "\uFEFF"))) {
			t.Errorf("%q is taken for JSON", body)
		}
		for _, v := range got.Files {
			if v.Source > len(sent.Sources) || v.Source < 0 {
				t.Errorf("file %d of %d", v.Source, len(sent.Sources))
			}
		}
	})
}
