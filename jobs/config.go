package jobs

import (
	"time"

	"ocr-gateway/internal/setting"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/jobs/seal"
)

// Config is what an operator decides about jobs.
type Config struct {
	Enabled bool `mapstructure:"enabled"`
	// Dir holds the log of jobs and the key, and also uploads and pages where no other place is
	// configured for them. Empty means a folder of the user.
	Dir  string        `mapstructure:"dir"`
	Key  string        `mapstructure:"key" secret:"true"` // seals passwords; empty: that in the file key in Dir, made when it is missing
	Keep time.Duration `mapstructure:"keep"`              // how long jobs are kept after their end
	// Deadline is how long a job may take from its acceptance, unless its client asks for less. It
	// then expires.
	Deadline          time.Duration `mapstructure:"deadline"`
	MaxJobs           int           `mapstructure:"max_jobs"`             // unfinished, of all clients
	MaxJobsPerClient  int           `mapstructure:"max_jobs_per_client"`  // unfinished, of one
	MaxPagesPerClient int           `mapstructure:"max_pages_per_client"` // of one client: pages of opened files that are not done
	// Parallel is how many tasks this process works on side by side; 0 leaves all work to other
	// processes.
	Parallel  int `mapstructure:"parallel"`
	TaskPages int `mapstructure:"task_pages"` // longer documents are cut into tasks of this many pages
	Attempts  int `mapstructure:"attempts"`   // attempts before a page that crashes workers, or keeps failing, is given up
	// ResultMemory bounds, roughly, the memory in bytes for results that are being assembled and
	// sent.
	ResultMemory int64         `mapstructure:"result_memory"`
	NATS         broker.Config `mapstructure:"nats"`
}

// DefaultConfig is for one machine.
func DefaultConfig() Config {
	return Config{
		Enabled: true, Keep: 24 * time.Hour, Deadline: 24 * time.Hour, MaxJobs: 100_000, MaxJobsPerClient: 20_000, MaxPagesPerClient: 1_000_000,
		Parallel: 4, TaskPages: 16, Attempts: 5, ResultMemory: 256 << 20, NATS: broker.DefaultConfig(),
	}
}

// Validate reports every value that cannot work.
func (c Config) Validate() error {
	var errs setting.Errors
	errs.Duration("keep", c.Keep, 0)
	errs.Duration("deadline", c.Deadline, 0)
	errs.Check(c.MaxJobs > 0, "max_jobs", "must be more than 0")
	errs.Check(c.MaxJobsPerClient > 0, "max_jobs_per_client", "must be more than 0")
	errs.Check(c.MaxPagesPerClient > 0, "max_pages_per_client", "must be more than 0")
	errs.Check(c.Key == "" || len(c.Key) >= seal.MinKey, "key", "is shorter than %d bytes; make one with: openssl rand -hex 32", seal.MinKey)
	errs.Check(c.Parallel >= 0, "parallel", "must not be less than 0")
	errs.Check(c.TaskPages > 0, "task_pages", "must be more than 0")
	errs.Check(c.ResultMemory > 0, "result_memory", "must be more than 0")
	errs.Check(c.Attempts > 0, "attempts", "must be more than 0")
	return errs.Join()
}
