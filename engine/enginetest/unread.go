package enginetest

import (
	"encoding/base64"
	"image"
	_ "image/jpeg" // what engines send
	"strings"
)

// Unread are answers that come to their end and are not the text of the region, by what
// is wrong with them: of servers started with a parser for other models, of filters and
// routers before them, and of models that write nothing that is shown.
var Unread = map[string]Answer{
	"reasoning":       {Delta: `"reasoning_content":"Hello world"`, Usage: 3},
	"newer reasoning": {Delta: `"reasoning":"Hello world"`, Usage: 3},
	"null":            {Delta: `"refusal":null`, Usage: 3},
	"empty":           {Usage: 57},
	"empty and cut":   {Usage: 8192, Finish: "length"},
	"tool calls":      {Delta: `"tool_calls":[{"index":0,"id":"1","type":"function","function":{"name":"f","arguments":"{}"}}]`, Finish: "tool_calls", Usage: 3},
	"refusal":         {Delta: `"refusal":"I cannot help with that."`, Usage: 3},
	"filtered":        {Text: "Hello wo", Finish: "content_filter"},
	"filtered whole":  {Finish: "content_filter", Usage: 1},
}

// Blank is the answer to a region in which there is nothing to read, as recorded of vLLM:
// the token that ends it is all it cost.
var Blank = Answer{Usage: 1}

// SeesBlanks answers as next does, and Blank to an image of one color. It needs
// Config.KeepImages.
func SeesBlanks(next func(Request) Answer) func(Request) Answer {
	return func(q Request) Answer {
		if isBlank(q.Image) {
			return Blank
		}
		return next(q)
	}
}

// isBlank reports whether the image in a data URI has one color; false for what is none.
func isBlank(uri string) bool {
	_, data, _ := strings.Cut(uri, ";base64,")
	img, _, err := image.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(data)))
	if err != nil {
		return false
	}
	b := img.Bounds()
	first := img.At(b.Min.X, b.Min.Y)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if img.At(x, y) != first {
				return false
			}
		}
	}
	return true
}
