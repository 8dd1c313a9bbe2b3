package glmocr

import "strings"

// trimTabs removes runs of the two characters \t from both ends, which the model writes for indentation. A
// LaTeX command such as \theta stays whole.
func trimTabs(s string) string {
	for {
		s = strings.TrimSpace(s)
		if strings.HasPrefix(s, `\t`) && !opensWithCommand(s) {
			s = s[2:]
		} else if strings.HasSuffix(s, `\t`) {
			s = s[:len(s)-2]
		} else {
			return s
		}
	}
}

// latexT are the commands of LaTeX and amsmath that begin with \t.
var latexT = map[string]bool{
	"tag": true, "tan": true, "tanh": true, "tau": true, "tbinom": true, "text": true, "textbf": true,
	"textcolor": true, "textit": true, "textnormal": true, "textrm": true, "textsc": true, "textsf": true,
	"textstyle": true, "texttt": true, "textup": true, "textsubscript": true, "textsuperscript": true,
	"tfrac": true, "therefore": true, "theta": true, "thickapprox": true, "thicksim": true, "thickspace": true,
	"thinspace": true, "tilde": true, "times": true, "tiny": true, "to": true, "top": true, "triangle": true,
	"triangledown": true, "triangleleft": true, "trianglelefteq": true, "triangleq": true, "triangleright": true,
	"trianglerighteq": true, "twoheadleftarrow": true, "twoheadrightarrow": true,
}

func opensWithCommand(s string) bool {
	end := 1
	for end < len(s) && isASCIILetter(s[end]) && end <= 20 {
		end++
	}
	return latexT[s[1:end]]
}

func isASCIILetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
