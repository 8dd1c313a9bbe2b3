package doors

import (
	"encoding/base64"
	"net/http"
)

// DataURL is a picture as a data: URL.
func DataURL(picture []byte) string {
	return "data:" + http.DetectContentType(picture) + ";base64," + base64.StdEncoding.EncodeToString(picture)
}
