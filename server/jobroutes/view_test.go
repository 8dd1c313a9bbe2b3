package jobroutes

import (
	"testing"
	"time"

	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
)

// TestTimeLeftOfFilesThatAreNotOpen: files of which no page is known yet are work, too.
func TestTimeLeftOfFilesThatAreNotOpen(t *testing.T) {
	job := index.Job{ID: "j", State: record.Running, Started: time.Now().Add(-10 * time.Second), Files: make([]index.File, 200)}
	for i := range 20 {
		job.Files[i] = index.File{Opened: true, Pages: 1, Done: 1}
	}
	job.Pages.Total, job.Pages.OK = 20, 20
	left := (&Routes{}).viewOf(job).Progress.SecondsLeft
	if left == nil || *left < 90 || *left > 100 { // 180 files at 2 a second
		t.Errorf("%v", left)
	}
}
