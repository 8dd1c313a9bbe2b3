package host

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/agnivade/levenshtein"

	"ocr-gateway/provision/stage"
)

// samplePage is an image with a few printed lines, sampleText what it says.
// testdata/make makes them.
//
//go:embed sample/page.png
var samplePage []byte

//go:embed sample/page.txt
var sampleText string

// minSimilarity is how much of the sample's text must be read: less means that
// the model, its prompt or the image's way to it are broken, not that it
// misread a letter.
const minSimilarity = 0.9

// route is a way to the API.
type route struct {
	name string
	base string
	dial dialer // nil: the network
}

// private reports whether nobody on the way reads what is sent: a key may go there.
func (w route) private() bool { return w.dial != nil || strings.HasPrefix(w.base, "https://") }

// routes are the ways that are verified: the SSH tunnel, and the public addresses.
func (s *Setup) routes(ctx context.Context) ([]route, error) {
	routes := []route{{name: "SSH tunnel", base: fmt.Sprintf("http://127.0.0.1:%d", s.d.Options.APIPort), dial: s.tunnel}}
	public, err := s.PublicURLs(ctx)
	for _, base := range public {
		routes = append(routes, route{name: base, base: base})
	}
	return routes, err
}

// verify is met when the gateway reads the sample on every way that leads to it,
// refuses whoever has no key, and what vLLM drafts comes true. On a way without TLS,
// where others would read the key, being refused is all that is asked for. Of the
// public ways one is enough; those that do not work are said.
func (s *Setup) verify(ctx context.Context) error {
	healthcheck := Quote(s.program()) + " healthcheck --url http://127.0.0.1:" + strconv.Itoa(s.d.Options.APIPort) + "/readyz\n"
	if err := s.onHost(ctx, s.script(healthcheck, nil), nil); err != nil {
		if exit, ok := asExit(err); ok {
			return stage.WaitFor("on the host itself: %s", lastLine(exit.Tail))
		}
		return err
	}
	routes, err := s.routes(ctx)
	if err != nil {
		return err
	}
	if s.verifyBegan.IsZero() {
		s.verifyBegan = time.Now()
	}
	s.verified = []string{} // in JSON [], not null
	var missing []string
	for _, way := range routes {
		if err := s.try(ctx, way); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if way.dial != nil || errors.Is(err, errKeyless) {
				return err
			}
			missing = append(missing, fmt.Sprintf("%s: %v", way.base, err))
			continue
		}
		if way.dial == nil {
			s.verified = append(s.verified, way.base)
		} else if err := s.checkMTP(ctx); err != nil {
			return err
		}
	}
	late := time.Since(s.verifyBegan) > s.Deadlines.Verify/2
	switch {
	case len(missing) > 0 && (len(s.verified) == 0 || !late) && s.d.Rented():
		return stage.WaitFor("%s", strings.Join(missing, "; "))
	case len(missing) > 0:
		s.Progress.Warn("not reachable from here: " + strings.Join(missing, "; "))
	}
	return nil
}

// errKeyless is an API that anybody may use who finds it.
var errKeyless = errors.New("the API answers without a key")

// gatewayRealm is how the gateway asks for a key: by it a stranger's server is told from it.
const gatewayRealm = `realm="ocr-gateway"`

// try asks on one way without a key and, where nobody listens on it, reads the sample with it.
func (s *Setup) try(ctx context.Context, way route) error {
	stranger, err := s.exchange(ctx, sampleRequest(ctx, way.base), "", way.dial)
	if err != nil {
		return stage.WaitFor("%v", err)
	}
	_, ours := sampleAnswer(stranger.body)
	switch {
	case stranger.status == http.StatusOK && ours:
		return fmt.Errorf("%s: %w: whoever knows the address can use it; look what stands before the gateway, and stop the host until then", way.name, errKeyless)
	case stranger.status == http.StatusOK:
		return stage.WaitFor("what answers there is not the gateway: %s", firstBytes(stranger.body, 100))
	case stranger.status != http.StatusUnauthorized:
		return stage.WaitFor("it answers with status %d", stranger.status)
	case !strings.Contains(stranger.header.Get("WWW-Authenticate"), gatewayRealm):
		return stage.WaitFor("what asks for a key there is not the gateway")
	case !way.private():
		return nil
	}
	status, body, err := s.do(ctx, sampleRequest(ctx, way.base), s.apiKey, way.dial)
	if err != nil {
		return stage.WaitFor("%v", err)
	}
	if status != http.StatusOK {
		return stage.WaitFor("reading the sample answers with status %d: %s", status, firstBytes(body, 300))
	}
	text, ours := sampleAnswer(body)
	if !ours {
		return fmt.Errorf("%s: the answer is not the gateway's: %s", way.name, firstBytes(body, 100))
	}
	if l := similarity(text, sampleText); l < minSimilarity {
		return s.modelFault("%s: the sample was read wrongly (%.0f %% alike): %q", way.name, 100*l, firstBytes([]byte(text), 300))
	}
	return nil
}

// sampleAnswer is the text that the gateway read; false where it is no answer of the gateway's.
func sampleAnswer(body []byte) (text string, ours bool) {
	var answer struct {
		Text *string `json:"text"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Text == nil {
		return "", false
	}
	return *answer.Text, true
}

// sampleRequest asks for the sample to be read.
func sampleRequest(ctx context.Context, base string) *http.Request {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("image", "sample.png") // a bytes.Buffer takes everything
	_, _ = part.Write(samplePage)
	_ = form.WriteField("task", "text")
	_ = form.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/ocr/recognize", &body)
	if err != nil {
		panic(err) // base is ours
	}
	req.Header.Set("Content-Type", form.FormDataContentType())
	return req
}

// similarity compares two texts by their letters, from 0 to 1; case, blanks and
// line ends do not count.
func similarity(a, b string) float64 {
	a, b = strings.ToLower(strings.Join(strings.Fields(a), "")), strings.ToLower(strings.Join(strings.Fields(b), ""))
	longest := max(len([]rune(a)), len([]rune(b)))
	if longest == 0 {
		return 1
	}
	return 1 - float64(levenshtein.ComputeDistance(a, b))/float64(longest)
}

func firstBytes(text []byte, n int) string {
	return strings.ToValidUTF8(string(text[:min(len(text), n)]), "")
}
