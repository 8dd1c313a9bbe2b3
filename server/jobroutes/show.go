package jobroutes

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/server/answer"
)

// maxWait is how long a client may have an answer held back.
const maxWait = time.Minute

func (r *Routes) show(c echo.Context) error {
	values, err := asked(c, "wait")
	if err != nil {
		return err
	}
	var wait time.Duration
	if text := values["wait"]; text != "" {
		wait, err = time.ParseDuration(text)
		if seconds, notNumber := strconv.Atoi(text); notNumber == nil {
			wait, err = time.Duration(seconds)*time.Second, nil
		}
		if err != nil || wait < 0 || wait > maxWait {
			return document.Invalid("wait", "wait must be a time from 0s to %s such as 20s, not %q", maxWait, clip.Text(text))
		}
	}
	job, err := r.Jobs.Wait(c.Request().Context(), r.Owner(c), c.Param("id"), wait)
	if err != nil {
		return err
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, r.viewOf(job))
}

func (r *Routes) cancel(c echo.Context) error {
	if _, err := asked(c); err != nil {
		return err
	}
	job, err := r.Jobs.Cancel(c.Request().Context(), r.Owner(c), c.Param("id"))
	if err != nil {
		return err
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, r.viewOf(job))
}
