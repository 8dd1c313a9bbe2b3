package admission

import "time"

// rate counts how often something happens, in each second of the last minute. Times
// are since a common start.
type rate struct {
	counts [60]int
	last   int // second of the newest count
}

func (r *rate) add(at time.Duration) {
	r.forget(at)
	r.counts[r.last%len(r.counts)]++
}

// forget clears the seconds between the newest count and now.
func (r *rate) forget(now time.Duration) {
	second := int(now / time.Second)
	if second-r.last >= len(r.counts) {
		r.counts = [60]int{}
		r.last = second
	}
	for r.last < second {
		r.last++
		r.counts[r.last%len(r.counts)] = 0
	}
}

// perSecond is the mean since the first count of the last minute, 0 without any.
func (r *rate) perSecond(now time.Duration) float64 {
	r.forget(now)
	sum, span := 0, 0
	for ago := range len(r.counts) {
		if n := r.counts[(r.last+len(r.counts)-ago)%len(r.counts)]; n > 0 {
			sum += n
			span = ago + 1
		}
	}
	if span == 0 {
		return 0
	}
	return float64(sum) / float64(span)
}
