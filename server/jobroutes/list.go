package jobroutes

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"ocr-gateway/document"
	"ocr-gateway/internal/clip"
	"ocr-gateway/jobs/index"
	"ocr-gateway/jobs/record"
	"ocr-gateway/server/answer"
)

// listing is a part of a client's jobs, the newest first.
type listing struct {
	Jobs []view `json:"jobs"`
	Next string `json:"next_cursor,omitempty"` // where the rest begins
}

const (
	usualJobs = 50
	mostJobs  = 500
)

func (r *Routes) list(c echo.Context) error {
	values, err := asked(c, "status", "limit", "cursor")
	if err != nil {
		return err
	}
	q := index.Query{Owner: r.Owner(c), Limit: usualJobs}
	if err := fillQuery(&q, values); err != nil {
		return err
	}
	found, more, err := r.Jobs.List(c.Request().Context(), q)
	if err != nil {
		return err
	}
	list := listing{Jobs: make([]view, len(found))}
	for i, j := range found {
		list.Jobs[i] = r.viewOf(j)
	}
	if more {
		last := found[len(found)-1]
		list.Next = cursorOf(index.Mark{Created: last.Created, ID: last.ID})
	}
	return answer.WriteJSON(c, http.StatusOK, answer.JSON, list)
}

func fillQuery(q *index.Query, values map[string]string) error {
	if text := values["limit"]; text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > mostJobs {
			return document.Invalid("limit", "limit must be a whole number from 1 to %d, not %q", mostJobs, clip.Text(text))
		}
		q.Limit = n
	}
	if text := values["status"]; text != "" {
		for name := range strings.SplitSeq(text, ",") {
			state := record.State(strings.ToLower(strings.TrimSpace(name)))
			if !slices.Contains(record.States, state) {
				return document.Invalid("status", "there is no status %q; known are queued, running, succeeded, partial, failed, canceled, expired", clip.Text(name))
			}
			q.States = append(q.States, state)
		}
	}
	if text := values["cursor"]; text != "" {
		mark, err := markOf(text)
		if err != nil {
			return document.Invalid("cursor", "cursor must be next_cursor of an answer before")
		}
		q.Before = &mark
	}
	return nil
}

// cursorOf writes a mark as clients carry it around.
func cursorOf(m index.Mark) string {
	b, _ := json.Marshal(m) // a time and a string
	return base64.RawURLEncoding.EncodeToString(b)
}

func markOf(cursor string) (m index.Mark, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(b, &m)
}
