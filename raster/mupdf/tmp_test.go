package mupdf
import ("testing";"os";"syscall")
func load(b *testing.B, f string) *Document {
	fd,_:=os.Open(f); st,_:=fd.Stat()
	data,err:=syscall.Mmap(int(fd.Fd()),0,int(st.Size()),syscall.PROT_READ,syscall.MAP_PRIVATE)
	if err!=nil {b.Fatal(err)}
	d,err:=Open(data,""); if err!=nil {b.Fatal(err)}
	return d
}
func BenchmarkRender(b *testing.B) { bench(b,false) }
func BenchmarkWords(b *testing.B) { bench(b,true) }
func bench(b *testing.B, words bool) {
	d:=load(b,"../testdata/dense.pdf")
	pix,_:=syscall.Mmap(-1,0,1190*1684*4,syscall.PROT_READ|syscall.PROT_WRITE,syscall.MAP_ANON|syscall.MAP_PRIVATE)
	i:=0
	var r0,r1 syscall.Rusage
	syscall.Getrusage(0,&r0)
	for b.Loop() { var err error; if words {_,err=d.RenderWithWords(i%200,1190,1684,pix)} else {err=d.Render(i%200,1190,1684,pix)};if err!=nil {b.Fatal(err)}; i++ }
	syscall.Getrusage(0,&r1)
	b.ReportMetric(float64(r1.Utime.Nano()+r1.Stime.Nano()-r0.Utime.Nano()-r0.Stime.Nano())/1e6/float64(b.N),"cpu-ms")
}
