package views

import (
	"strconv"
	"time"
)

// Ruler is where the byte at the inspector's cursor stands, and when it came.
type Ruler struct {
	Out    bool          // its direction: sent by us, else received
	Offset int64         // in its direction
	Nth    int64         // in its chunk, from 1
	Len    int64         // of its chunk
	Time   time.Time     // when the chunk came
	Age    time.Duration // how long ago that was
}

// rulerParts are the parts of a ruler from left to right; rulerDrops is in
// which order they go where there is no room. The offset is in the inspector's
// title too.
const (
	rulerOffset = iota
	rulerPlace
	rulerTime
	rulerAge
	rulerParts
)

var rulerDrops = [...]int{rulerOffset, rulerAge, rulerPlace, rulerTime}

const rulerGap = " · "

// ruler writes as much of a ruler as there is room for: "→ 0x105 · byte 6 of
// 48 · 09:02:10.001234 · 12 s ago".
func (p *pen) ruler(v *Ruler) {
	arrow := directionArrow(v.Out)
	texts := [rulerParts]string{
		rulerOffset: arrow.text + " 0x" + strconv.FormatInt(v.Offset, 16),
		rulerPlace:  "byte " + strconv.FormatInt(v.Nth, 10) + " of " + strconv.FormatInt(v.Len, 10),
		rulerTime:   v.Time.Format("15:04:05.000000"),
		rulerAge:    string(append(appendSeconds(nil, v.Age), " ago"...)),
	}
	room := p.limit - p.col + cells(rulerGap)
	for _, t := range texts {
		room -= cells(t) + cells(rulerGap)
	}
	for i := 0; room < 0 && i < len(rulerDrops); i++ {
		room += cells(texts[rulerDrops[i]]) + cells(rulerGap)
		texts[rulerDrops[i]] = ""
	}
	gap := ""
	for i, t := range texts {
		if t == "" {
			continue
		}
		p.text(faint, gap)
		gap = rulerGap
		if i == rulerOffset {
			p.text(arrow.style, arrow.text)
			t = t[len(arrow.text):]
		}
		p.text(dim, t)
	}
}
