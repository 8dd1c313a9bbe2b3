package decode

import "encoding/binary"

// heifPicture is what the header of a HEIC or AVIF file says of its image.
type heifPicture struct {
	width, height int // the largest extent among the items, before turning
	orientation   orientation
}

// readHEIF walks the boxes meta, iprp, ipco down to the item properties ispe
// (extent), irot and imir. All items' properties lie in one list; that the turn
// belongs to the main image is assumed, because other items of an image
// (tiles, thumbnails) carry the same one or none.
func readHEIF(data []byte) heifPicture {
	p := heifPicture{orientation: upright}
	var angle byte
	var mirror bool
	var axis byte
	walkBoxes(data, 0, func(name string, body []byte) {
		switch {
		case name == "ispe" && len(body) >= 12:
			w, h := binary.BigEndian.Uint32(body[4:]), binary.BigEndian.Uint32(body[8:])
			p.width, p.height = max(p.width, int(w)), max(p.height, int(h))
		case name == "irot" && len(body) >= 1:
			angle = body[0] & 3
		case name == "imir" && len(body) >= 1:
			mirror, axis = true, body[0]&1
		}
	})
	p.orientation = heifOrientation(angle, mirror, axis)
	return p
}

// heifOrientation expresses quarter turns counter-clockwise, followed by a mirror
// that exchanges top and bottom (axis 0) or left and right (axis 1), as an EXIF
// orientation.
func heifOrientation(angle byte, mirror bool, axis byte) orientation {
	switch {
	case !mirror:
		return [4]orientation{1, 8, 3, 6}[angle]
	case axis == 0:
		return [4]orientation{4, 5, 2, 7}[angle]
	default:
		return [4]orientation{2, 7, 4, 5}[angle]
	}
}

// walkBoxes calls visit for every box that has no boxes of interest in it.
func walkBoxes(data []byte, depth int, visit func(name string, body []byte)) {
	for len(data) >= 8 {
		size, header := uint64(binary.BigEndian.Uint32(data)), uint64(8)
		name := string(data[4:8])
		switch size {
		case 0: // to the end
			size = uint64(len(data))
		case 1:
			if len(data) < 16 {
				return
			}
			size, header = binary.BigEndian.Uint64(data[8:]), 16
		}
		if size < header || size > uint64(len(data)) {
			return
		}
		body := data[header:size]
		switch {
		case depth > 3:
			return
		case name == "meta" && len(body) >= 4: // version and flags come first
			walkBoxes(body[4:], depth+1, visit)
		case name == "iprp" || name == "ipco":
			walkBoxes(body, depth+1, visit)
		default:
			visit(name, body)
		}
		data = data[size:]
	}
}
