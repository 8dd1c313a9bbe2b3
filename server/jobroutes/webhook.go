package jobroutes

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
)

// webhookView is how far it is that an address is told of a job's end.
type webhookView struct {
	URL      string           `json:"url"`
	Status   string           `json:"status"` // waiting for the end, pending, delivered or given_up
	Attempts []record.Attempt `json:"attempts"`
}

func webhookOf(j index.Job, attempts []record.Attempt) webhookView {
	v := webhookView{URL: j.Webhook.URL, Status: "pending", Attempts: attempts}
	if v.Attempts == nil {
		v.Attempts = []record.Attempt{}
	}
	switch last := len(attempts) - 1; {
	case !j.State.Ended():
		v.Status = "waiting"
	case last >= 0 && attempts[last].Delivered:
		v.Status = "delivered"
	case last >= 0 && attempts[last].Last:
		v.Status = "given_up"
	}
	return v
}

// webhook shows the attempts to tell an address of a job's end.
func (r *Routes) webhook(c echo.Context) error {
	job, told, err := r.Jobs.Told(c.Request().Context(), r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, webhookOf(job, told))
}

// tellAgain makes another attempt.
func (r *Routes) tellAgain(c echo.Context) error {
	job, told, err := r.Jobs.TellAgain(c.Request().Context(), r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	v := webhookOf(job, told)
	v.Status = "pending"
	return answer.WriteJSON(c, http.StatusAccepted, answer.JSON, v)
}
