package index

import "time"

// day counts, by owner, the pages of files that were opened on one day, in UTC. It follows from
// the log, so it outlives processes and is the same in all of them, except for jobs that were
// forgotten on the day of their files: see Config.Keep of jobs.
type day struct {
	begin time.Time
	pages map[string]int
}

func dayOf(at time.Time) time.Time { return at.UTC().Truncate(24 * time.Hour) }

// add counts the pages of a file that was opened at a time. Events come in the order of their
// times.
func (d *day) add(owner string, pages int, at time.Time) {
	if begin := dayOf(at); begin.After(d.begin) {
		d.begin = begin
		clear(d.pages)
	}
	d.pages[owner] += pages
}

// PagesToday returns how many pages have the files of an owner that were opened today, in UTC.
func (x *Index) PagesToday(owner string) int {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !dayOf(x.now()).Equal(x.today.begin) {
		return 0
	}
	return x.today.pages[owner]
}
