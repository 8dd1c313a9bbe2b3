package bill

import (
	"bufio"
	"bytes"
	"net/textproto"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Distribution are the packages of Debian in a root that base.sh made, by their control
// files. Their licenses are in usr/share/doc of the root.
func Distribution(root string) ([]Part, error) {
	files, err := filepath.Glob(filepath.Join(root, "var/lib/dpkg/status.d/*"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var parts []Part
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		control, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(append(data, '\n')))).ReadMIMEHeader()
		if err != nil {
			return nil, err
		}
		name, version := control.Get("Package"), control.Get("Version")
		parts = append(parts, Part{
			Kind: Library, Name: name, Version: version,
			URL: "pkg:deb/debian/" + name + "@" + strings.ReplaceAll(version, "+", "%2B") + "?arch=" + control.Get("Architecture"),
		})
	}
	return parts, nil
}
