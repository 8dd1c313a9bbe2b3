package app

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"time"

	"ocr-gateway/blob"
	"ocr-gateway/internal/doctor"
	"ocr-gateway/jobs/broker"
	"ocr-gateway/service/admission"
)

// storeTimeout bounds each question to what others run.
const storeTimeout = 10 * time.Second

// jobs looks for the log of jobs: its folder, or the NATS servers.
func (x examiner) jobs(ctx context.Context) doctor.Finding {
	f := doctor.Finding{Name: "jobs"}
	cfg := x.cfg.Jobs
	if !cfg.Enabled {
		f.State, f.Detail = doctor.Off, "no jobs are kept: jobs.enabled is false"
		return f
	}
	if !cfg.NATS.Embedded() {
		ctx, cancel := context.WithTimeout(ctx, storeTimeout)
		defer cancel()
		server, err := cfg.NATS.Try(ctx)
		f.State, f.Detail = doctor.OK, "JetStream answers: "+server
		if err != nil {
			f.State, f.Detail, f.Mend = doctor.Failed, "NATS: "+err.Error(), "nats-server -js, at one of "+strings.Join(cfg.NATS.URLs, ", ")
		}
		return f
	}
	dir := cfg.Dir
	if dir == "" {
		if dir = (&App{cfg: x.cfg}).stateDir(); dir == "" {
			f.State, f.Detail, f.Mend = doctor.Warning, "no jobs will be kept: this user has no folder of its own", "OCR_JOBS_DIR=/a/folder/with/room"
			return f
		}
	}
	above := existing(dir)
	free, known := admission.FreeDisk(above)
	f = doctor.Folder("jobs", above, "jobs.dir", free, known, x.cfg.Blob.MinFreeDisk)
	switch {
	case f.State == doctor.Failed && cfg.Dir == "":
		f.State, f.Detail = doctor.Warning, "no jobs will be kept: "+f.Detail
	case f.State != doctor.OK:
	case above != dir:
		f.Detail = dir + " can be made; " + f.Detail
	default:
		x.jobsLog(ctx, dir, &f)
	}
	return f
}

// jobsLog opens the log of jobs in a folder, unless a running gateway has it open.
func (x examiner) jobsLog(ctx context.Context, dir string, f *doctor.Finding) {
	release, err := claim(dir)
	if err != nil {
		f.Detail += "; not opened: " + err.Error()
		return
	}
	log, err := broker.Open(ctx, x.cfg.Jobs.NATS, dir, x.quiet)
	if err == nil {
		err = log.Close()
	}
	if err = errors.Join(err, release()); err != nil {
		f.State, f.Detail = doctor.Failed, err.Error()
		f.Mend = "mv " + dir + " " + dir + ".broken    # begins anew; what was accepted stays there"
	}
}

// store asks the storage of blobs, where it is not a folder of the jobs.
func (x examiner) store(ctx context.Context) doctor.Finding {
	f := doctor.Finding{Name: "store", State: doctor.Off, Detail: "files of jobs are kept in the folder of the jobs"}
	cfg := x.cfg.Blob
	if cfg.S3.Bucket == "" {
		if cfg.Dir == "" {
			return f
		}
		free, known := admission.FreeDisk(existing(cfg.Dir))
		return doctor.Folder("store", existing(cfg.Dir), "blob.dir", free, known, cfg.MinFreeDisk)
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	f.State, f.Detail = doctor.Failed, "bucket "+cfg.S3.Bucket+" at "+cfg.S3.Endpoint
	store, err := blob.Open(cfg, x.quiet)
	if err != nil {
		f.Detail += ": " + err.Error()
		return f
	}
	defer store.Close()
	content, err := store.Get(ctx, "doctor/none")
	switch {
	case err == nil:
		content.Close()
		f.State = doctor.OK
	case errors.Is(err, fs.ErrNotExist):
		f.State = doctor.OK
	default:
		f.Detail += ": " + err.Error()
		f.Mend = "blob.s3 in the settings: endpoint, bucket, access_key_id and secret_key"
		return f
	}
	f.Detail += " answers"
	return f
}
