package enginetest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"sync"
)

// Request is what an engine asked, without the image's bytes.
type Request struct {
	N      int    // which request this is, from 1
	Prompt string // the text part
	// ImageFirst says that the image stood before the prompt.
	ImageFirst bool
	Image      string // the image's data URI; only its start unless Config.KeepImages
	// Sum is the SHA-256 of the last image as it was sent, in hexadecimal; of none with Config.KeepImages.
	Sum string

	Model             string   `json:"model"`
	Stream            bool     `json:"stream"`
	MaxTokens         int      `json:"max_tokens"`
	Temperature       *float64 `json:"temperature"`
	TopP              *float64 `json:"top_p"`
	TopK              *int     `json:"top_k"`
	RepetitionPenalty *float64 `json:"repetition_penalty"`
	Seed              int      `json:"seed"`
	// ChatTemplate are the arguments of the chat template.
	ChatTemplate        json.RawMessage `json:"chat_template_kwargs"`
	Logprobs            bool            `json:"logprobs"`
	RepetitionDetection *struct {
		MaxPatternSize int `json:"max_pattern_size"`
		MinCount       int `json:"min_count"`
	} `json:"repetition_detection"`
	ResponseFormat struct {
		Type       string `json:"type"`
		JSONSchema struct {
			Name   string          `json:"name"`
			Strict bool            `json:"strict"`
			Schema json.RawMessage `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	StreamOptions struct {
		IncludeUsage         bool `json:"include_usage"`
		ContinuousUsageStats bool `json:"continuous_usage_stats"`
	} `json:"stream_options"`
	Messages []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
}

var bodyReaders = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 64<<10) }}

// maxBody bounds what is kept of a request beside its images.
const maxBody = 1 << 20

// readRequest reads a chat completion request.
func readRequest(body io.Reader, keepImages bool) (Request, error) {
	r := bodyReaders.Get().(*bufio.Reader)
	defer bodyReaders.Put(r)
	r.Reset(body)
	defer r.Reset(nil)
	if keepImages {
		whole, err := io.ReadAll(r)
		if err != nil {
			return Request{}, err
		}
		return parseRequest(whole)
	}
	short, sum, err := withoutImages(r)
	if err != nil {
		return Request{}, err
	}
	q, err := parseRequest(short)
	q.Sum = sum
	return q, err
}

// withoutImages reads JSON and leaves out the data of data URIs, but for the hash of the last: to
// keep and parse them would make the server the most expensive part of a load run.
func withoutImages(r *bufio.Reader) (kept []byte, sum string, err error) {
	marker := []byte(";base64,")
	kept = make([]byte, 0, 1<<10)
	from := 0         // where the string in hand starts in kept
	dropping := false // inside an image
	image := sha256.New()
	for {
		part, err := r.ReadSlice('"')
		if dropping {
			image.Write(bytes.TrimSuffix(part, []byte{'"'}))
		} else {
			kept = append(kept, part...)
			if at := bytes.Index(kept[from:], marker); at >= 0 {
				image.Reset()
				image.Write(bytes.TrimSuffix(kept[from+at+len(marker):], []byte{'"'}))
				kept, dropping = kept[:from+at+len(marker)], true
			}
		}
		switch {
		case err == nil: // a string begins or ends
			if dropping {
				kept, dropping = append(kept, '"'), false
				sum = hex.EncodeToString(image.Sum(nil))
			}
			from = len(kept)
		case errors.Is(err, io.EOF):
			return kept, sum, nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, "", err
		}
		if len(kept) > maxBody {
			return nil, "", errors.New("the body is too large")
		}
	}
}

func parseRequest(body []byte) (Request, error) {
	var q Request
	if err := json.Unmarshal(body, &q); err != nil {
		return q, err
	}
	for _, m := range q.Messages {
		var parts []struct {
			Type     string `json:"type"`
			Text     string `json:"text"`
			ImageURL struct {
				URL string `json:"url"`
			} `json:"image_url"`
		}
		if json.Unmarshal(m.Content, &parts) != nil {
			_ = json.Unmarshal(m.Content, &q.Prompt) // plain text, or nothing to answer by
			continue
		}
		for _, p := range parts {
			switch p.Type {
			case "image_url":
				q.Image, q.ImageFirst = p.ImageURL.URL, q.Prompt == ""
			case "text":
				q.Prompt = strings.TrimSpace(p.Text)
			}
		}
	}
	return q, nil
}
