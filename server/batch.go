package server

import (
	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/jobs"
	"ocr-gateway/server/answer"
	"ocr-gateway/server/jobroutes"
	"ocr-gateway/service"
)

// batchAnswer lists every file in the order of the request.
type batchAnswer struct {
	ID     string          `json:"id"`
	Status document.Status `json:"status"` // ok or partial: nothing read is a problem
	Counts service.Counts  `json:"counts"`
	Usage  document.Usage  `json:"usage"`
	Items  []batchItem     `json:"items"`
}

type batchItem struct {
	Index    int                 `json:"index"` // from 0
	Filename string              `json:"filename"`
	Status   document.Status     `json:"status"`
	Result   *answer.Recognition `json:"result,omitempty"`
	Error    *document.Problem   `json:"error,omitempty"`
}

func (s *Server) batch(c echo.Context) error {
	if jobroutes.PrefersAsync(c.Request()) {
		return s.jobs.SubmitAs(c, jobs.KindText, service.Batch(s.cfg.MaxBatchFiles))
	}
	if _, err := answer.Negotiate(c.Request(), answer.JSON); err != nil {
		return err
	}
	call, err := s.take(c, service.Batch(s.cfg.MaxBatchFiles), answer.JSON)
	if err != nil {
		return err
	}
	defer call.Close()
	all, err := s.service.ReadAll(c.Request().Context(), call.Sources, call.Options)
	if all == nil {
		return err
	}
	items := make([]batchItem, len(all.Items))
	var usage document.Usage
	for i, item := range all.Items {
		items[i] = batchItem{Index: i, Filename: item.Name, Status: item.Status, Error: item.Error}
		if item.Result != nil {
			item.Result.ID = newID()
			usage.Add(item.Result.Usage)
			items[i].Result = answer.RecognitionOf(item.Result, call.Options.Task)
		}
	}
	if err != nil {
		return &batchFailure{problemOf(err), items}
	}
	return answer.WriteJSON(c, 200, answer.JSON, batchAnswer{ID: newID(), Status: all.Status, Counts: all.Counts, Usage: usage, Items: items})
}
