package runpodtest

import (
	"net/http"
	"path/filepath"
)

// Volume is a network volume. Its folder outlives pods.
type Volume struct {
	ID, Name, DataCenter string
	Size                 int // GB
}

type volumeView struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Size       int    `json:"size"`
	DataCenter string `json:"dataCenter"`
	Type       string `json:"type"`
}

func (v Volume) view() volumeView { return volumeView{v.ID, v.Name, v.Size, v.DataCenter, "STANDARD"} }

func (f *Fake) listVolumes(w http.ResponseWriter, _ *http.Request) {
	views := []volumeView{}
	for _, v := range f.get().Volumes {
		views = append(views, v.view())
	}
	answer(w, http.StatusOK, map[string]any{"networkVolumes": views})
}

func (f *Fake) getVolume(w http.ResponseWriter, r *http.Request) {
	for _, v := range f.get().Volumes {
		if v.ID == r.PathValue("id") {
			answer(w, http.StatusOK, v.view())
			return
		}
	}
	refuse(w, http.StatusNotFound, "network volume not found")
}

// volumeFolder is the folder of a pod's volume; empty when it has none.
func (f *Fake) volumeFolder(p *pod) string {
	m := p.order.Mounts
	switch {
	case m == nil:
		return ""
	case len(m.Network) > 0:
		return filepath.Join(f.config.Folder, "network-"+m.Network[0].VolumeID)
	case m.Persistent != nil:
		return filepath.Join(f.config.Folder, p.id)
	}
	return ""
}
