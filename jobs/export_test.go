package jobs

import (
	"ocr-gateway/jobs/record"
	"ocr-gateway/service"
)

// OptionsOf are those of a job as it was written down.
func (j *Jobs) OptionsOf(job *record.Job) (service.Options, error) { return j.options(job) }
