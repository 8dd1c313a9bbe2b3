package vllm
import ("testing"; fitz "github.com/gen2brain/go-fitz"; "image/jpeg"; "bytes")
func TestClash(t *testing.T){
	page:=textPage(t)
	got,err:=appendJPEG(nil,page,80)
	t.Log(len(got),err)
	d,err:=fitz.NewFromMemory(got)
	if err!=nil { t.Fatal(err)}
	img,err:=d.Image(0)
	t.Log(img.Bounds(),err)
	_,err=jpeg.Decode(bytes.NewReader(got)); t.Log(err)
}
