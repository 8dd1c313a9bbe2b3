package bench

import (
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// MaxInFlight is how many requests of an open loop may be under way unless a
// class says otherwise.
const MaxInFlight = 1000

// Class is a kind of documents and how often they are sent.
type Class struct {
	Name string // in reports
	// Files are the documents, sent in turn. Each is read once and kept in memory.
	Files []string
	// Rate is how many requests start in a second, however long they take: an open
	// loop. With 0 the loop is closed: a request starts when one has ended.
	Rate float64
	// Concurrency is how many requests of a closed loop are under way at once, and
	// how many of an open loop may be.
	Concurrency int
}

// ParseClass reads NAME=LOAD:FILE[,FILE…], where the load is the concurrency of a
// closed loop, such as 4, or the rate of an open one, such as 5/s. Files may be
// patterns.
func ParseClass(text string) (Class, error) {
	name, rest, named := strings.Cut(text, "=")
	how, files, loaded := strings.Cut(rest, ":")
	if !named || !loaded || name == "" {
		return Class{}, fmt.Errorf("%q is not of the form NAME=LOAD:FILE[,FILE…], such as small=5/s:page.png or long=2:book.pdf", text)
	}
	class := Class{Name: name}
	var err error
	if strings.Contains(how, "/") {
		class.Rate, err = ParseRate(how)
		class.Concurrency = MaxInFlight
	} else if class.Concurrency, err = strconv.Atoi(how); err != nil {
		err = fmt.Errorf("%q is neither a number of requests at once nor a rate such as 5/s", how)
	}
	if err != nil {
		return Class{}, fmt.Errorf("class %s: %w", name, err)
	}
	for pattern := range strings.SplitSeq(files, ",") {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			found = []string{pattern} // reading it says what is wrong
		}
		class.Files = append(class.Files, found...)
	}
	return class, nil
}

// ParseRate reads a number of requests and a unit of time, 5/s or 90/m or 100/h,
// and gives it in requests a second.
func ParseRate(text string) (float64, error) {
	number, unit, _ := strings.Cut(text, "/")
	per := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}[unit]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || per == 0 || !(n > 0) || n > 1e6 {
		return 0, fmt.Errorf("the rate %q is not of the form 5/s, 90/m or 100/h", text)
	}
	return n / per.Seconds(), nil
}

func (c Class) validate() error {
	var errs []error
	if len(c.Files) == 0 {
		errs = append(errs, errors.New("no documents to send"))
	}
	if c.Concurrency < 1 || c.Concurrency > 4096 {
		errs = append(errs, fmt.Errorf("the concurrency %d is not within 1 to 4096", c.Concurrency))
	}
	if !(c.Rate >= 0) || c.Rate > 1e6 {
		errs = append(errs, fmt.Errorf("the rate %g is not within 0 to 1,000,000 requests a second", c.Rate))
	}
	return errors.Join(errs...)
}

// load says how the documents are sent.
func (c Class) load() string {
	if c.Rate > 0 {
		return fmt.Sprintf("%.4g a second", c.Rate)
	}
	return fmt.Sprintf("%d at a time", c.Concurrency)
}
