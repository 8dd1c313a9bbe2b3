package mupdf
import ("testing";"os";"time";"syscall")
func load(b *testing.B, f string) *Document {
	fd,_:=os.Open(f); st,_:=fd.Stat()
	data,err:=syscall.Mmap(int(fd.Fd()),0,int(st.Size()),syscall.PROT_READ,syscall.MAP_PRIVATE)
	if err!=nil {b.Fatal(err)}
	d,err:=Open(data,""); if err!=nil {b.Fatal(err)}
	return d
}
func BenchmarkWords(b *testing.B) {
	d:=load(b,"../testdata/dense.pdf")
	i:=0; n,c:=0,0
	for b.Loop() { w,err:=d.Words(i%200,1190,1684,time.Minute); if err!=nil {b.Fatal(err)}; i++; n=len(w); c=0; for _,x:=range w {c+=len(x.Text)} }
	b.ReportMetric(float64(n),"words"); b.ReportMetric(float64(c),"chars")
}
func BenchmarkWordsSame(b *testing.B) {
	d:=load(b,"../testdata/dense.pdf")
	for b.Loop() { d.Words(3,1190,1684,time.Minute) }
}
func BenchmarkRender(b *testing.B) {
	d:=load(b,"../testdata/dense.pdf")
	pix,_:=syscall.Mmap(-1,0,1190*1684*4,syscall.PROT_READ|syscall.PROT_WRITE,syscall.MAP_ANON|syscall.MAP_PRIVATE)
	i:=0
	for b.Loop() { if err:=d.Render(i%200,1190,1684,pix); err!=nil {b.Fatal(err)}; i++ }
}
