package stage

import (
	"fmt"
	"time"
)

// Transfer is what has come of something, as a line for people: bytes, rate, and
// the time that is left where the whole is known.
type Transfer struct {
	What  string
	Whole int64 // bytes; 0: not known
	Began time.Time
	Had   int64 // bytes that were there at the beginning
}

// Line says how far it is when bytes are there at a time.
func (a Transfer) Line(bytes int64, now time.Time) string {
	came, took := bytes-a.Had, now.Sub(a.Began)
	text := a.What + ": " + Gigabytes(bytes)
	if a.Whole > 0 {
		text += " of about " + Gigabytes(a.Whole)
	}
	if came <= 0 || took < time.Second {
		return text
	}
	rate := float64(came) / took.Seconds()
	text += fmt.Sprintf(", %.1f MB/s", rate/1e6)
	if left := a.Whole - bytes; left > 0 {
		text += fmt.Sprintf(", %s left", time.Duration(float64(left)/rate*float64(time.Second)).Round(time.Second))
	}
	return text
}

// Gigabytes writes bytes as people say them.
func Gigabytes(n int64) string {
	if n < 1e9 {
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// largeFile is what an upload has to be for its progress to be told, in bytes.
const largeFile = 4 << 20

// Uploads returns what tells Progress how far the upload of a large file is.
func Uploads(p Progress) func(path string, sent, total int64) {
	var began, told time.Time
	return func(_ string, sent, total int64) {
		now := time.Now()
		if began.IsZero() || sent < largeFile/64 {
			began = now
		}
		if total < largeFile || now.Sub(told) < time.Second {
			return
		}
		told = now
		p.Waiting(Transfer{What: "the program", Whole: total, Began: began}.Line(sent, now))
	}
}
