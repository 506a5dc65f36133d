package views

import "time"

// scenePast is the demo as it was two minutes ago.
func scenePast() *Frame {
	f := sceneDemo()
	f.Title.Past, f.Title.Ago = at(4118*time.Millisecond), 123*time.Second
	f.Focus = PaneBytes
	f.Bytes.Frozen, f.Bytes.Behind = true, 1363149
	return f
}
