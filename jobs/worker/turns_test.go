package worker

import (
	"testing"

	"ocr-gateway/jobs/record"
)

func TestTurns(t *testing.T) {
	a, b := record.Lane{Owner: "a", Priority: record.Normal}, record.Lane{Owner: "b", Priority: record.Normal}
	high, low := record.Lane{Owner: "a", Priority: record.High}, record.Lane{Owner: "b", Priority: record.Low}
	var turns turns
	count := map[record.Lane]int{}
	for range 100 {
		lane := turns.order([]record.Lane{low, b, a, high})[0]
		turns.served(lane)
		count[lane]++
	}
	if count[high] != 80 || count[low] != 20 {
		t.Errorf("with an urgent lane: %v", count)
	}
	clear(count)
	for range 100 {
		lane := turns.order([]record.Lane{low, b, a})[0]
		turns.served(lane)
		count[lane]++
	}
	if count[a] != 40 || count[b] != 40 || count[low] != 20 {
		t.Errorf("without: %v", count)
	}
	if turns.order([]record.Lane{a}); len(turns.last) != 1 {
		t.Errorf("lanes without jobs are remembered: %v", turns.last)
	}
}
